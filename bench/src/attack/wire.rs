//! HTTP/1.1 and the socket's frames, written by hand: whoever attacks keeps to no client's manners, and costs little himself.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, bail};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// How long an answer may take before it counts as none.
const PATIENCE: Duration = Duration::from_mins(1);

/// A connection to the server.
pub struct Wire {
    stream: BufStream<TcpStream>,
    address: SocketAddr,
}

/// An answer over HTTP.
pub struct Answer {
    pub status: u16,
    pub body: String,
}

impl Wire {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufStream::new(stream), address })
    }

    /// A connection of which the system keeps as little as it can until it is read.
    pub async fn open_narrow(address: SocketAddr) -> anyhow::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.set_recv_buffer_size(4096)?;
        let stream = socket.connect(address).await.context("cannot connect")?;
        Ok(Self { stream: BufStream::new(stream), address })
    }

    /// Sends bytes as they are.
    pub async fn write(&mut self, bytes: &[u8]) -> anyhow::Result<()> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
    }

    /// Sends a request to the API, and waits for its answer.
    pub async fn ask(&mut self, headers: &str, body: &str) -> anyhow::Result<Answer> {
        let head = self.head("POST", headers, Some(body.len()));
        self.write(format!("{head}{body}").as_bytes()).await?;
        timeout(PATIENCE, self.answer()).await.context("no answer")?
    }

    /// The beginning of a request to the API.
    pub fn head(&self, method: &str, headers: &str, length: Option<usize>) -> String {
        let length = length.map(|length| {
            format!("content-type: application/json\r\ncontent-length: {length}\r\n")
        });
        format!(
            "{method} /graphql HTTP/1.1\r\nhost: {}\r\n{headers}{}\r\n",
            self.address,
            length.unwrap_or_default()
        )
    }

    /// The head of an answer: its status, and how long its body is.
    pub async fn answer_head(&mut self) -> anyhow::Result<(u16, usize)> {
        let (mut status, mut length) = (None, 0);
        loop {
            let mut line = String::new();
            if self.stream.read_line(&mut line).await? == 0 {
                bail!("the connection ended");
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() {
                return Ok((status.context("no status")?, length));
            }
            if let Some(told) = line.strip_prefix("content-length: ") {
                length = told.parse()?;
            }
            if let Some(told) = line.strip_prefix("http/1.1 ") {
                status = told.split(' ').next().and_then(|status| status.parse().ok());
            }
        }
    }

    async fn answer(&mut self) -> anyhow::Result<Answer> {
        let (status, length) = self.answer_head().await?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await?;
        Ok(Answer { status, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// Opens the socket that GraphQL is spoken on.
    pub async fn upgrade(&mut self) -> anyhow::Result<()> {
        let asked = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\
            sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n";
        let head = self.head("GET", asked, None);
        self.write(head.as_bytes()).await?;
        match self.answer_head().await? {
            (101, _) => Ok(()),
            (status, _) => bail!("no socket: {status}"),
        }
    }

    /// Says something on the socket.
    pub async fn say(&mut self, text: &str) -> anyhow::Result<()> {
        let length = u16::try_from(text.len())?;
        // A text in one frame with two bytes of length, under a mask that changes nothing.
        let mut frame = vec![0x81, 0xFE];
        frame.extend(length.to_be_bytes());
        frame.extend([0; 4]);
        frame.extend(text.as_bytes());
        self.write(&frame).await
    }

    /// Reads until the server ends the connection; false if it does not within `patience`.
    pub async fn ends_within(&mut self, patience: Duration) -> bool {
        let mut heard = vec![0; 64 * 1024];
        let reading = async { while let Ok(1..) = self.stream.read(&mut heard).await {} };
        timeout(patience, reading).await.is_ok()
    }
}
