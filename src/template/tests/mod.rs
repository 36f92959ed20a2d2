mod agreement;
mod dump;
mod hostile;
mod messages;
mod uses;
