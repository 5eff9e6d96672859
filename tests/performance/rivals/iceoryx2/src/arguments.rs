//! `ping|pong NAME --bytes B --rounds N --warmup W --core K --samples FILE --mode loaned|copied`

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;

const COLUMNS: usize = 10;

#[derive(Clone, Copy)]
pub enum Role {
    Ping,
    Pong,
}

#[derive(Clone, Copy)]
pub enum Mode {
    Loaned,
    Copied,
}

pub struct Arguments {
    pub role: Role,
    pub mode: Mode,
    pub name: String,
    pub rounds: usize,
    pub warmup: usize,
    pub samples: PathBuf,
    bytes: usize,
    core: usize,
}

impl Arguments {
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, String> {
        let role = match words.next().as_deref() {
            Some("ping") => Role::Ping,
            Some("pong") => Role::Pong,
            _ => return Err("ping or pong?".into()),
        };
        let name = words.next().ok_or("no name")?;
        let mut options = HashMap::new();
        while let (Some(key), Some(value)) = (words.next(), words.next()) {
            options.insert(key, value);
        }
        let text = |key: &str| options.get(key).ok_or(format!("no {key}"));
        let number = |key: &str| text(key)?.parse::<usize>().map_err(|error| format!("{key}: {error}"));
        let mode = match text("--mode")?.as_str() {
            "loaned" => Mode::Loaned,
            "copied" => Mode::Copied,
            other => return Err(format!("no mode {other}")),
        };
        Ok(Self {
            role,
            mode,
            name,
            rounds: number("--rounds")?,
            warmup: number("--warmup")?,
            samples: text("--samples")?.into(),
            bytes: number("--bytes")?,
            core: number("--core")?,
        })
    }

    /// Of 10 columns of 8 bytes.
    pub fn rows(&self) -> usize {
        self.bytes / (COLUMNS * size_of::<u64>())
    }

    /// This thread, to its core.
    pub fn pin(&self) -> io::Result<()> {
        // SAFETY: a cpu_set_t is plain bits; the calls keep nothing of it.
        let status = unsafe {
            let mut set: libc::cpu_set_t = std::mem::zeroed();
            libc::CPU_SET(self.core, &mut set);
            libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set)
        };
        if status == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
}
