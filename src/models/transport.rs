//! One request for a file, from a given byte on: proxies, redirects, and what the answer means.
//!
//! Follows redirects itself, so that an error names the server that it comes from, and so that
//! every hop is asked for the same bytes. Writes nothing anywhere.

use std::fmt;
use std::io::{self, Read};
use std::net::ToSocketAddrs;
use std::time::Duration;

use ureq::http::{Response, header};
use ureq::{Agent, Body, Proxy};
use url::Url;

use super::error::ModelsError;

/// Redirects to follow; Hugging Face needs two.
const MOST_REDIRECTS: u32 = 10;

/// Proxies for outgoing connections, as the caller read them from settings or environment.
#[derive(Clone, Default)]
pub struct Proxies {
    /// For `https` addresses, e.g. `http://user:password@proxy:3128`.
    pub https: Option<String>,
    /// For `http` addresses.
    pub http: Option<String>,
    /// Hosts that are reached without one: `example.org` (and what lies below it), `*` for all.
    pub bypass: Vec<String>,
}

impl fmt::Debug for Proxies {
    /// Shows which are set; an address may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxies")
            .field("https", &self.https.is_some())
            .field("http", &self.http.is_some())
            .field("bypass", &self.bypass)
            .finish()
    }
}

impl Proxies {
    fn for_url(&self, url: &Url) -> Result<Option<Proxy>, ModelsError> {
        let host = url.host_str().unwrap_or_default();
        let address = match url.scheme() {
            "https" => self.https.as_ref(),
            _ => self.http.as_ref(),
        };
        match address {
            Some(address) if !address.is_empty() && !self.bypasses(host) => Proxy::new(address)
                .map(Some)
                .map_err(|_| ModelsError::BadProxy),
            _ => Ok(None),
        }
    }

    fn bypasses(&self, host: &str) -> bool {
        self.bypass.iter().map(|entry| entry.trim()).any(|entry| {
            let domain = entry.trim_start_matches('*').trim_start_matches('.');
            entry == "*"
                || (!domain.is_empty()
                    && host
                        .strip_suffix(domain)
                        .is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
        })
    }
}

/// How long to wait for a server.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For the next bytes of an answer.
    pub read: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(20),
            read: Duration::from_secs(30),
        }
    }
}

/// A proper answer.
pub(super) struct Answer {
    pub(super) host: String,
    pub(super) span: Span,
    pub(super) body: Box<dyn Read>,
}

/// Which bytes of the file an answer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// From the first on; of so many, where the server says.
    Whole { total: Option<u64> },
    /// From the asked one on.
    Rest { total: Option<u64> },
    /// None: the file ends before the asked byte.
    Past,
    /// Others than were asked for.
    Other,
}

/// Asks for the file at `url` from byte `from` on.
pub(super) fn fetch(
    url: &Url,
    from: u64,
    proxies: &Proxies,
    patience: Patience,
) -> Result<Answer, ModelsError> {
    let mut here = url.clone();
    for _ in 0..=MOST_REDIRECTS {
        let proxy = proxies.for_url(&here)?;
        let response = ask(&here, from, proxy.clone(), patience)
            .map_err(|error| explain(error, &here, proxy.as_ref()))?;
        if response.status().is_redirection() {
            here = next_hop(url, &here, &response)?;
        } else {
            return read_answer(&here, from, response);
        }
    }
    Err(astray(url, format!("more than {MOST_REDIRECTS} redirects")))
}

fn ask(
    url: &Url,
    from: u64,
    proxy: Option<Proxy>,
    patience: Patience,
) -> Result<Response<Body>, ureq::Error> {
    let agent: Agent = Agent::config_builder()
        .proxy(proxy)
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_resolve(Some(patience.connect))
        .timeout_connect(Some(patience.connect))
        .timeout_per_read(Some(patience.read))
        .user_agent(concat!("notewright/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    // A compressed answer would have neither the right length nor the right bytes to go on from.
    let mut request = agent
        .get(url.as_str())
        .header(header::ACCEPT_ENCODING, "identity");
    if from > 0 {
        request = request.header(header::RANGE, format!("bytes={from}-"));
    }
    request.call()
}

fn next_hop(begin: &Url, here: &Url, response: &Response<Body>) -> Result<Url, ModelsError> {
    let next = text_header(response, &header::LOCATION)
        .and_then(|location| here.join(location).ok())
        .filter(|next| matches!(next.scheme(), "http" | "https") && next.has_host())
        .ok_or_else(|| astray(begin, "a redirect without a proper address".to_owned()))?;
    if here.scheme() == "https" && next.scheme() == "http" {
        return Err(astray(
            begin,
            "a redirect to a connection that is not secure".to_owned(),
        ));
    }
    Ok(next)
}

fn astray(url: &Url, problem: String) -> ModelsError {
    ModelsError::RedirectedAstray {
        url: url.to_string(),
        problem,
    }
}

fn read_answer(url: &Url, from: u64, response: Response<Body>) -> Result<Answer, ModelsError> {
    let length = text_header(&response, &header::CONTENT_LENGTH).and_then(|n| n.parse().ok());
    let span = match response.status().as_u16() {
        200 => Span::Whole { total: length },
        206 => text_header(&response, &header::CONTENT_RANGE)
            .and_then(|range| rest_from(range, from))
            .unwrap_or(Span::Other),
        416 if from > 0 => Span::Past,
        status => {
            return Err(ModelsError::Status {
                host: host(url),
                url: without_query(url),
                status,
                retry_after_s: text_header(&response, &header::RETRY_AFTER)
                    .and_then(|seconds| seconds.parse().ok()),
            });
        }
    };
    let is_page = text_header(&response, &header::CONTENT_TYPE).is_some_and(|kind| {
        kind.trim_start()
            .to_ascii_lowercase()
            .starts_with("text/html")
    });
    if is_page && span != Span::Past {
        return Err(ModelsError::HtmlPage {
            url: without_query(url),
        });
    }
    Ok(Answer {
        host: host(url),
        span,
        body: Box::new(response.into_body().into_reader()),
    })
}

/// Reads `bytes 100-199/200` (or `/*`), of which the first number must be the asked one.
fn rest_from(range: &str, from: u64) -> Option<Span> {
    let (bytes, total) = range.trim().strip_prefix("bytes")?.trim().split_once('/')?;
    let (first, _) = bytes.split_once('-')?;
    (first.parse() == Ok(from)).then_some(Span::Rest {
        total: total.parse().ok(),
    })
}

fn text_header<'r>(response: &'r Response<Body>, name: &header::HeaderName) -> Option<&'r str> {
    response.headers().get(name)?.to_str().ok()
}

/// Host, and port where it is not the usual one.
fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port()
        .map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// The address without its query, which on storage servers is a signature of no use to anyone.
fn without_query(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

fn explain(error: ureq::Error, url: &Url, proxy: Option<&Proxy>) -> ModelsError {
    let host = host(url);
    match (error, proxy) {
        (ureq::Error::ConnectProxyFailed(cause), Some(proxy)) => proxy_failed(host, proxy, cause),
        (ureq::Error::Io(error), Some(proxy)) if is_connect_error(&error) => {
            proxy_failed(host, proxy, error.to_string())
        }
        (ureq::Error::InvalidProxyUrl, _) => ModelsError::BadProxy,
        (ureq::Error::HostNotFound, _) => ModelsError::HostNotFound { host },
        (ureq::Error::Timeout(_), _) => ModelsError::NoAnswer { host },
        (ureq::Error::Io(error), _) => explain_io(&error, host, url, proxy.is_some()),
        (error @ (ureq::Error::Tls(_) | ureq::Error::Rustls(_)), _) => ModelsError::TlsFailed {
            host,
            cause: error.to_string(),
        },
        (error, _) => ModelsError::Nonsense {
            host,
            cause: error.to_string(),
        },
    }
}

fn proxy_failed(host: String, proxy: &Proxy, cause: String) -> ModelsError {
    ModelsError::ProxyFailed {
        proxy: format!("{}:{}", proxy.host(), proxy.port()),
        host,
        cause,
    }
}

fn explain_io(error: &io::Error, host: String, url: &Url, by_proxy: bool) -> ModelsError {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => ModelsError::ConnectionRefused { host },
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => ModelsError::NoAnswer { host },
        // rustls hands its errors on under this kind while the connection is being made.
        io::ErrorKind::InvalidData if url.scheme() == "https" => ModelsError::TlsFailed {
            host,
            cause: error.to_string(),
        },
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe => ModelsError::CutOff {
            name: String::new(),
            host,
            have: 0,
        },
        // A name that cannot be looked up has no error kind of its own.
        _ if !by_proxy && !can_be_looked_up(url) => ModelsError::HostNotFound { host },
        _ => ModelsError::CannotConnect {
            host,
            cause: error.to_string(),
        },
    }
}

fn is_connect_error(error: &io::Error) -> bool {
    !matches!(
        error.kind(),
        io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset
    )
}

fn can_be_looked_up(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(443);
    (host, port)
        .to_socket_addrs()
        .is_ok_and(|mut addresses| addresses.next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_only_from_the_asked_byte() {
        for (range, from, expected) in [
            (
                "bytes 100-199/200",
                100,
                Some(Span::Rest { total: Some(200) }),
            ),
            ("bytes 100-199/*", 100, Some(Span::Rest { total: None })),
            ("bytes 0-199/200", 100, None),
            ("bytes */200", 100, None),
            ("items 100-199/200", 100, None),
            ("", 100, None),
        ] {
            assert_eq!(rest_from(range, from), expected, "{range}");
        }
    }

    #[test]
    fn proxies_are_chosen_by_scheme_and_host() {
        let proxies = Proxies {
            https: Some("http://user:secret@proxy:3128".into()),
            http: None,
            bypass: ["localhost", ".lan", " clinic.example"]
                .map(str::to_owned)
                .to_vec(),
        };
        for (url, by_proxy) in [
            ("https://huggingface.co/a", true),
            ("http://huggingface.co/a", false),
            ("https://localhost/a", false),
            ("https://store.lan/a", false),
            ("https://models.clinic.example/a", false),
            ("https://notclinic.example/a", true),
        ] {
            let chosen = proxies.for_url(&url.parse().unwrap()).unwrap();
            assert_eq!(chosen.is_some(), by_proxy, "{url}");
        }
        assert!(!format!("{proxies:?}").contains("secret"));
    }
}
