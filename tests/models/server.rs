//! A server of one file on the loopback, which behaves as badly as a script tells it to.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Gives what was asked for, the rest from a byte on included.
    Proper,
    /// Gives the whole file, whatever was asked for.
    IgnoresRange,
    /// Promises what was asked for and closes after so many bytes of it.
    CutsAfter(usize),
    /// As `CutsAfter`, and from the first byte on, whatever was asked for.
    IgnoresRangeAndCutsAfter(usize),
    /// Sends so many bytes of what was asked for and then nothing, until the other side closes.
    StallsAfter(usize),
    /// Says nothing at all until the other side closes.
    Silent,
    /// Gives the whole file under a length that is off by so much, then closes.
    LiesAboutLength(isize),
    /// Gives the whole file in chunks, without a length.
    Chunked,
    /// Gives the file in chunks, and closes in the middle.
    ChunkedCut(usize),
    /// Gives other bytes than were asked for, and says so.
    OtherRange,
    /// Sends elsewhere.
    Redirects(String),
    /// Gives this, whatever was asked for.
    Gives(Vec<u8>),
    /// Answers with a status, headers and a body.
    Status(u16, &'static str, &'static str),
    /// Does not speak HTTP.
    Garbage,
}

/// A request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Method and target.
    pub line: String,
    /// First byte that was asked for, where a range was.
    pub from: Option<usize>,
}

/// The server; it ends when it is dropped.
pub struct Server {
    /// `http://127.0.0.1:port`.
    pub address: String,
    requests: Arc<Mutex<Vec<Request>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `file`: each request gets the next reply, those after the last get the last again.
    pub fn start(file: &[u8], replies: Vec<Reply>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (file, log) = (file.to_vec(), Arc::clone(&requests));
        let thread = std::thread::spawn(move || {
            let mut count = 0;
            for connection in listener.incoming().flatten() {
                let Some(request) = read_request(&connection) else {
                    continue;
                };
                if request.line.starts_with("QUIT") {
                    return;
                }
                let reply = replies[count.min(replies.len() - 1)].clone();
                count += 1;
                log.lock().unwrap().push(request.clone());
                // A client that has gone away is what several tests are about.
                let _ = answer(&connection, &request, &reply, &file);
            }
        });
        Self {
            address,
            requests,
            thread: Some(thread),
        }
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// First bytes that were asked for, request by request.
    pub fn asked_from(&self) -> Vec<Option<usize>> {
        self.requests().iter().map(|request| request.from).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let host = self.address.trim_start_matches("http://");
        if let Ok(mut connection) = TcpStream::connect(host) {
            let _ = connection.write_all(b"QUIT / HTTP/1.1\r\n\r\n");
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// An address at which nobody listens: a port that is reserved for something long forgotten, so
/// that no other test can be given it.
pub fn nobody() -> String {
    "http://127.0.0.1:1".to_owned()
}

fn read_request(connection: &TcpStream) -> Option<Request> {
    let mut lines = BufReader::new(connection);
    let mut line = Vec::new();
    lines.read_until(b'\n', &mut line).ok()?;
    // What is no text is a greeting for a secure connection; it has no further lines.
    let Ok(line) = String::from_utf8(line) else {
        return Some(Request {
            line: "TLS".to_owned(),
            from: None,
        });
    };
    let mut from = None;
    loop {
        let mut header = String::new();
        lines.read_line(&mut header).ok()?;
        let header = header.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(range) = header.strip_prefix("range: bytes=") {
            from = range.trim_end_matches('-').parse().ok();
        }
    }
    Some(Request {
        line: line.trim().to_owned(),
        from,
    })
}

fn answer(
    mut to: &TcpStream,
    request: &Request,
    reply: &Reply,
    file: &[u8],
) -> std::io::Result<()> {
    let from = request.from.unwrap_or(0);
    match reply {
        Reply::Proper => proper(to, request, file, usize::MAX),
        Reply::CutsAfter(n) => proper(to, request, file, *n),
        Reply::StallsAfter(n) => proper(to, request, file, *n).and_then(|()| wait(to)),
        Reply::Silent => wait(to),
        Reply::IgnoresRange => whole(to, file.len(), file),
        Reply::IgnoresRangeAndCutsAfter(n) => whole(to, file.len(), &file[..*n]),
        Reply::Gives(bytes) => whole(to, bytes.len(), bytes),
        Reply::LiesAboutLength(_) if from >= file.len() => proper(to, request, file, usize::MAX),
        Reply::LiesAboutLength(by) => {
            let claimed = file.len().saturating_add_signed(*by);
            whole(to, claimed, file)
        }
        Reply::Chunked => chunked(to, file).and_then(|()| to.write_all(b"0\r\n\r\n")),
        Reply::ChunkedCut(n) => chunked(to, &file[..*n]),
        Reply::OtherRange => {
            let len = file.len();
            head(
                to,
                206,
                &format!(
                    "Content-Range: bytes 1-{}/{len}\r\nContent-Length: {}\r\n",
                    len - 1,
                    len - 1
                ),
            )?;
            to.write_all(&file[1..])
        }
        Reply::Redirects(location) => head(
            to,
            302,
            &format!("Location: {location}\r\nContent-Length: 0\r\n"),
        ),
        Reply::Status(status, headers, body) => {
            head(
                to,
                *status,
                &format!("{headers}Content-Length: {}\r\n", body.len()),
            )?;
            to.write_all(body.as_bytes())
        }
        Reply::Garbage => to.write_all(b"220 mail.example.org ESMTP\r\n"),
    }
}

fn proper(mut to: &TcpStream, request: &Request, file: &[u8], most: usize) -> std::io::Result<()> {
    let len = file.len();
    let from = request.from.unwrap_or(0);
    if from >= len {
        return head(
            to,
            416,
            &format!("Content-Range: bytes */{len}\r\nContent-Length: 0\r\n"),
        );
    }
    let rest = &file[from..];
    if request.from.is_some() {
        let range = format!("Content-Range: bytes {from}-{}/{len}\r\n", len - 1);
        head(
            to,
            206,
            &format!("{range}Content-Length: {}\r\n", rest.len()),
        )?;
    } else {
        head(
            to,
            200,
            &format!("Content-Length: {len}\r\nETag: \"x\"\r\n"),
        )?;
    }
    to.write_all(&rest[..most.min(rest.len())])
}

fn whole(mut to: &TcpStream, claimed: usize, bytes: &[u8]) -> std::io::Result<()> {
    head(to, 200, &format!("Content-Length: {claimed}\r\n"))?;
    to.write_all(bytes)
}

fn chunked(mut to: &TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    head(to, 200, "Transfer-Encoding: chunked\r\n")?;
    for chunk in bytes.chunks(10_000) {
        write!(to, "{:x}\r\n", chunk.len())?;
        to.write_all(chunk)?;
        to.write_all(b"\r\n")?;
    }
    Ok(())
}

fn head(mut to: &TcpStream, status: u16, headers: &str) -> std::io::Result<()> {
    write!(
        to,
        "HTTP/1.1 {status} X\r\n{headers}Connection: close\r\n\r\n"
    )
}

/// Waits until the other side closes.
fn wait(mut to: &TcpStream) -> std::io::Result<()> {
    to.read_to_end(&mut Vec::new()).map(drop)
}
