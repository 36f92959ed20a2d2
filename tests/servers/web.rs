//! A server of the test's own: it answers each request as a function says, until it is dropped.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// What was asked.
pub(crate) struct Asked {
    pub(crate) method: String,
    /// The path without the query.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) authorization: String,
    pub(crate) body: String,
}

pub(crate) struct Web {
    address: SocketAddr,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Web {
    pub(crate) fn serve(answer: impl Fn(&Asked) -> (u16, String) + Send + 'static) -> Self {
        Self::raw(move |stream| exchange(stream, &answer))
    }

    /// Does with each connection what it likes.
    pub(crate) fn raw(take: impl Fn(TcpStream) -> std::io::Result<()> + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let stopped = Arc::new(AtomicBool::new(false));
        let flag = stopped.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if flag.load(Ordering::SeqCst) {
                    break;
                }
                // A client that breaks off is none of this test's concern.
                let _ = stream.and_then(&take);
            }
        });
        Self { address, stopped, thread: Some(thread) }
    }

    /// One text for whatever is asked.
    pub(crate) fn page(text: &str) -> Self {
        let text = text.to_owned();
        Self::serve(move |_| (200, text.clone()))
    }

    /// `127.0.0.1:41234`
    pub(crate) fn address(&self) -> String {
        self.address.to_string()
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn exchange(mut stream: TcpStream, answer: &impl Fn(&Asked) -> (u16, String)) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let mut bytes = Vec::new();
    let mut chunk = [0; 65536];
    let (head, mut body) = loop {
        if let Some(at) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            break (String::from_utf8_lossy(&bytes[..at]).into_owned(), bytes[at + 4..].to_vec());
        }
        match stream.read(&mut chunk)? {
            0 => return Ok(()),
            read => bytes.extend_from_slice(&chunk[..read]),
        }
    };
    let header = |name: &str| {
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")));
        line.and_then(|line| line.split_once(": ")).map_or(String::new(), |(_, value)| value.to_owned())
    };
    let length = header("content-length").parse().unwrap_or(0);
    while body.len() < length {
        match stream.read(&mut chunk)? {
            0 => break,
            read => body.extend_from_slice(&chunk[..read]),
        }
    }
    let mut first = head.split(' ');
    let method = first.next().unwrap_or_default().to_owned();
    let target = first.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let asked = Asked {
        method,
        path: path.to_owned(),
        query: query.to_owned(),
        authorization: header("authorization"),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let (status, text) = answer(&asked);
    let kind = if text.starts_with(['{', '[']) { "application/json" } else { "text/plain; version=0.0.4" };
    write!(
        stream,
        "HTTP/1.1 {status} Status\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{text}",
        text.len()
    )
}

impl Drop for Web {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
