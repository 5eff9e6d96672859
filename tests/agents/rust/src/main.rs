//! The Rust agent of the cross-language tests: `tests/agents/README.md` has the contract. It uses the public API only.

mod arguments;
mod blame;
mod outcome;
mod read;
mod stream_file;
mod write;

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::process::ExitCode;

use arguments::Arguments;
use outcome::{Failure, one_line};

fn run() -> Result<String, Failure> {
    let mut words = Vec::new();
    for word in std::env::args_os().skip(1) {
        words.push(word.into_string().map_err(|word| Failure::Usage(format!("{} isn't UTF-8", word.display())))?);
    }
    match Arguments::parse(words)? {
        Arguments::Write(arguments) => write::write(&arguments),
        Arguments::Read(arguments) => read::read(&arguments),
    }
}

/// The same; a panic is one line of error as well, and the process ends by its exit status.
fn guarded() -> Result<String, Failure> {
    set_hook(Box::new(|_| {}));
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<&str>().copied().map(str::to_owned);
        let said = said.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(Failure::Panic(format!("a panic: {said}")))
    })
}

fn main() -> ExitCode {
    match guarded() {
        Ok(line) => {
            // Nobody listening isn't this program's failure.
            let _ = writeln!(std::io::stdout(), "{line}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            let _ = writeln!(std::io::stderr(), "{}", one_line(&failure));
            ExitCode::from(failure.code())
        }
    }
}
