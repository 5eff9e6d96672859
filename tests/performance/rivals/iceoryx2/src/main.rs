//! iceoryx2 as a participant of the latency benchmark; `tests/performance/latency/participants.py` tells the contract.
//!
//! `--mode loaned`: a sample of the batch's size is loaned, only the round is written to it and read from it.
//! `--mode copied`: the whole batch is copied into the sample, and out of it.

mod arguments;

use std::error::Error;
use std::time::Instant;

use arguments::{Arguments, Mode, Role};
use iceoryx2::port::publisher::Publisher;
use iceoryx2::port::subscriber::Subscriber;
use iceoryx2::prelude::*;

type Failure = Box<dyn Error>;
type Service = ipc::Service;

const COLUMNS: usize = 10;

struct Channel {
    publisher: Publisher<Service, [u8], ()>,
    subscriber: Subscriber<Service, [u8], ()>,
    mode: Mode,
    /// The batch, in this process's own memory.
    own: Vec<u8>,
    /// Where the last column begins.
    mark: usize,
}

impl Channel {
    fn open(node: &Node<Service>, arguments: &Arguments) -> Result<Self, Failure> {
        let there = format!("{}.there", arguments.name);
        let back = format!("{}.back", arguments.name);
        let (to, from) = match arguments.role {
            Role::Ping => (there, back),
            Role::Pong => (back, there),
        };
        let bytes = arguments.rows() * COLUMNS * size_of::<u64>();
        let outgoing = node.service_builder(&to.as_str().try_into()?).publish_subscribe::<[u8]>().open_or_create()?;
        let incoming = node.service_builder(&from.as_str().try_into()?).publish_subscribe::<[u8]>().open_or_create()?;
        let publisher = outgoing.publisher_builder().initial_max_slice_len(bytes).create()?;
        let subscriber = incoming.subscriber_builder().create()?;
        while outgoing.dynamic_config().number_of_subscribers() == 0
            || incoming.dynamic_config().number_of_publishers() == 0
        {
            std::hint::spin_loop();
        }
        let mark = arguments.rows() * (COLUMNS - 1) * size_of::<u64>();
        Ok(Self { publisher, subscriber, mode: arguments.mode, own: vec![1; bytes], mark })
    }

    fn send(&mut self, round: u64) -> Result<(), Failure> {
        let mark = self.mark..self.mark + size_of::<u64>();
        let sample = self.publisher.loan_slice_uninit(self.own.len())?;
        let sample = match self.mode {
            Mode::Copied => {
                self.own[mark].copy_from_slice(&round.to_le_bytes());
                sample.write_from_slice(&self.own)
            }
            Mode::Loaned => {
                // SAFETY: any bytes are bytes, the memory was zeroed by the kernel or written by us earlier.
                let mut sample = unsafe { sample.assume_init() };
                sample.payload_mut()[mark].copy_from_slice(&round.to_le_bytes());
                sample
            }
        };
        sample.send()?;
        Ok(())
    }

    fn receive(&mut self) -> Result<u64, Failure> {
        let sample = loop {
            if let Some(sample) = self.subscriber.receive()? {
                break sample;
            }
        };
        let mark = self.mark..self.mark + size_of::<u64>();
        let round = match self.mode {
            Mode::Copied => {
                self.own.copy_from_slice(sample.payload());
                &self.own[mark]
            }
            Mode::Loaned => &sample.payload()[mark],
        };
        Ok(u64::from_le_bytes(round.try_into()?))
    }
}

fn ping(channel: &mut Channel, arguments: &Arguments) -> Result<(), Failure> {
    let mut samples = Vec::with_capacity(arguments.rounds);
    for round in 0..(arguments.warmup + arguments.rounds) as u64 {
        let start = Instant::now();
        channel.send(round)?;
        let answer = channel.receive()?;
        let elapsed = start.elapsed();
        if answer != round {
            return Err(format!("round {round} was answered by {answer}").into());
        }
        if round >= arguments.warmup as u64 {
            samples.extend_from_slice(&u64::try_from(elapsed.as_nanos())?.to_le_bytes());
        }
    }
    std::fs::write(&arguments.samples, samples)?;
    Ok(())
}

fn pong(channel: &mut Channel, arguments: &Arguments) -> Result<(), Failure> {
    for round in 0..(arguments.warmup + arguments.rounds) as u64 {
        let received = channel.receive()?;
        if received != round {
            return Err(format!("{received} came instead of round {round}").into());
        }
        channel.send(round)?;
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    arguments.pin()?;
    set_log_level(LogLevel::Error);
    let node = NodeBuilder::new().create::<Service>()?;
    let mut channel = Channel::open(&node, &arguments)?;
    match arguments.role {
        Role::Ping => ping(&mut channel, &arguments),
        Role::Pong => pong(&mut channel, &arguments),
    }
}
