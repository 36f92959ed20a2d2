//! Somebody who is told of alerts.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::Value;

/// Listens on loopback and keeps what Alertmanager sends, with the name of the receiver.
pub(crate) struct Webhook {
    address: SocketAddr,
    received: Arc<Mutex<Vec<(String, Value)>>>,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// An alert in a message.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) receiver: String,
    pub(crate) status: String,
    pub(crate) alert: Value,
}

impl Webhook {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let ended = Arc::new(AtomicBool::new(false));
        let thread = std::thread::spawn({
            let (received, ended) = (received.clone(), ended.clone());
            move || {
                for stream in listener.incoming() {
                    if ended.load(Ordering::SeqCst) {
                        return;
                    }
                    if let Some(message) = stream.ok().and_then(answer) {
                        received.lock().unwrap().push(message);
                    }
                }
            }
        });
        Self { address, received, ended, thread: Some(thread) }
    }

    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    /// All alerts in all messages so far.
    pub(crate) fn told(&self) -> Vec<Told> {
        let received = self.received.lock().unwrap();
        let alerts = received.iter().flat_map(|(receiver, message)| {
            let alerts = message["alerts"].as_array().cloned().unwrap_or_default();
            alerts.into_iter().map(|alert| Told {
                receiver: receiver.clone(),
                status: alert["status"].as_str().unwrap_or_default().to_owned(),
                alert,
            })
        });
        alerts.collect()
    }
}

/// Reads one message and says that it has arrived.
fn answer(stream: TcpStream) -> Option<(String, Value)> {
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let receiver = line.split(' ').nth(1)?.trim_start_matches('/').to_owned();
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let mut stream = reader.into_inner();
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").ok()?;
    Some((receiver, serde_json::from_slice(&body).ok()?))
}

impl Drop for Webhook {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
