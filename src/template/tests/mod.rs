mod dump;
mod agreement;
