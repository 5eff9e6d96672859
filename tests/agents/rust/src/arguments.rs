//! The command line.

use std::path::PathBuf;
use std::str::FromStr;

use crate::outcome::Failure;

pub struct WriteArguments {
    pub name: String,
    pub input: PathBuf,
    pub slots: Option<i32>,
    pub capacity: Option<i64>,
    pub drop_oldest: bool,
    pub repeat: u64,
    pub slice: Option<(usize, usize)>,
    pub zero_copy: bool,
    pub timeout_ms: i64,
    pub linger_ms: u64,
    pub start_after_readers: i32,
}

pub struct ReadArguments {
    pub name: String,
    pub output: PathBuf,
    pub timeout_ms: i64,
    pub start_latest: bool,
    pub hold: usize,
    pub hold_check: bool,
    pub limit: Option<u64>,
    pub delay_ms: u64,
}

pub enum Arguments {
    Write(WriteArguments),
    Read(ReadArguments),
}

const DEFAULT_TIMEOUT_MS: i64 = 10_000;

impl Arguments {
    pub fn parse(words: impl IntoIterator<Item = String>) -> Result<Self, Failure> {
        let mut words = words.into_iter();
        match (words.next().as_deref(), words.next()) {
            (Some("write"), Some(name)) => parse_write(name, words).map(Self::Write),
            (Some("read"), Some(name)) => parse_read(name, words).map(Self::Read),
            _ => Err(Failure::Usage("write|read NAME --input|--output FILE [option]...".to_owned())),
        }
    }
}

fn parse_write(name: String, mut words: impl Iterator<Item = String>) -> Result<WriteArguments, Failure> {
    let mut given = WriteArguments {
        name,
        input: PathBuf::new(),
        slots: None,
        capacity: None,
        drop_oldest: false,
        repeat: 1,
        slice: None,
        zero_copy: false,
        timeout_ms: DEFAULT_TIMEOUT_MS,
        linger_ms: 0,
        start_after_readers: 0,
    };
    while let Some(option) = words.next() {
        if option == "--zero-copy" {
            given.zero_copy = true;
            continue;
        }
        let value = words.next();
        let value = || value.clone().ok_or_else(|| Failure::Usage(format!("{option} needs a value")));
        match option.as_str() {
            "--input" => given.input = value()?.into(),
            "--slots" => given.slots = Some(number(&option, &value()?)?),
            "--capacity" => given.capacity = Some(number(&option, &value()?)?),
            "--overflow" => given.drop_oldest = choice(&option, &value()?, "block", "drop_oldest")?,
            "--repeat" => given.repeat = number(&option, &value()?)?,
            "--slice" => given.slice = Some(slice(&option, &value()?)?),
            "--timeout-ms" => given.timeout_ms = number(&option, &value()?)?,
            "--linger-ms" => given.linger_ms = number(&option, &value()?)?,
            "--start-after-readers" => given.start_after_readers = number(&option, &value()?)?,
            _ => return Err(Failure::Usage(format!("write has no option {option}"))),
        }
    }
    if given.input.as_os_str().is_empty() {
        return Err(Failure::Usage("write needs --input".to_owned()));
    }
    Ok(given)
}

fn parse_read(name: String, mut words: impl Iterator<Item = String>) -> Result<ReadArguments, Failure> {
    let mut given = ReadArguments {
        name,
        output: PathBuf::new(),
        timeout_ms: DEFAULT_TIMEOUT_MS,
        start_latest: false,
        hold: 0,
        hold_check: false,
        limit: None,
        delay_ms: 0,
    };
    while let Some(option) = words.next() {
        if option == "--hold-check" {
            given.hold_check = true;
            continue;
        }
        let value = words.next();
        let value = || value.clone().ok_or_else(|| Failure::Usage(format!("{option} needs a value")));
        match option.as_str() {
            "--output" => given.output = value()?.into(),
            "--timeout-ms" => given.timeout_ms = number(&option, &value()?)?,
            "--start" => given.start_latest = choice(&option, &value()?, "earliest", "latest")?,
            "--hold" => given.hold = number(&option, &value()?)?,
            "--limit" => given.limit = Some(number(&option, &value()?)?),
            "--delay-ms" => given.delay_ms = number(&option, &value()?)?,
            _ => return Err(Failure::Usage(format!("read has no option {option}"))),
        }
    }
    if given.output.as_os_str().is_empty() {
        return Err(Failure::Usage("read needs --output".to_owned()));
    }
    Ok(given)
}

fn number<T: FromStr>(option: &str, text: &str) -> Result<T, Failure> {
    text.parse().map_err(|_| Failure::Usage(format!("{option} can't be '{text}'")))
}

fn choice(option: &str, text: &str, no: &str, yes: &str) -> Result<bool, Failure> {
    match text {
        _ if text == no => Ok(false),
        _ if text == yes => Ok(true),
        _ => Err(Failure::Usage(format!("{option} is {no} or {yes}"))),
    }
}

fn slice(option: &str, text: &str) -> Result<(usize, usize), Failure> {
    let (offset, length) = text.split_once(':').ok_or_else(|| Failure::Usage(format!("{option} is OFFSET:LENGTH")))?;
    Ok((number(option, offset)?, number(option, length)?))
}
