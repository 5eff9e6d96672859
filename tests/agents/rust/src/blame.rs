//! Which field of a stream file's schema Arrow's Rust library can't carry: its own errors don't say, and some are panics.

use std::ops::Range;
use std::panic::catch_unwind;

use arrow_ipc::{Field as IpcField, root_as_message};
use flatbuffers::InvalidFlatbuffer;

/// More texts than this that aren't UTF-8 are no schema.
const MOST_PATCHES: usize = 1000;

/// A sentence about the first such field of a stream file's content; none if each field can be carried, or if this is no such file.
pub fn blame(file: &[u8]) -> Option<String> {
    let mut message = first_message(file)?.to_vec();
    let patched = make_utf8(&mut message)?;
    let message: &'static [u8] = message.leak();
    let fields = root_as_message(message).ok()?.header_as_schema()?.fields()?;
    fields.iter().find_map(|field| {
        let mut texts = Vec::new();
        collect_texts(field, &mut texts);
        let here = |text: &&str| patched.contains(&(text.as_ptr() as usize - message.as_ptr() as usize));
        let what = if texts.iter().any(here) {
            "its metadata or a name in it isn't UTF-8".to_owned()
        } else {
            catch_unwind(|| arrow_schema::Field::from(field)).err()?;
            format!("type {:?}", field.type_type())
        };
        Some(format!("column '{}': Arrow's Rust library can't carry it: {what}", field.name().unwrap_or("")))
    })
}

/// The message that a stream begins with, without its prefix.
fn first_message(file: &[u8]) -> Option<&[u8]> {
    let rest = file.strip_prefix(&[0xff; 4]).unwrap_or(file);
    let (length, rest) = rest.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(i32::from_le_bytes(*length)).ok()?)
}

/// Replaces each text that isn't UTF-8; says where they begin.
fn make_utf8(message: &mut [u8]) -> Option<Vec<usize>> {
    let mut patched = Vec::new();
    while patched.len() < MOST_PATCHES {
        let Range { start, end } = match root_as_message(message) {
            Ok(_) => return Some(patched),
            Err(InvalidFlatbuffer::Utf8Error { range, .. }) => range,
            Err(_) => return None,
        };
        message.get_mut(start..end)?.fill(b'?');
        patched.push(start);
    }
    None
}

fn collect_texts<'a>(field: IpcField<'a>, texts: &mut Vec<&'a str>) {
    texts.extend(field.name());
    for pair in field.custom_metadata().iter().flatten() {
        texts.extend(pair.key().into_iter().chain(pair.value()));
    }
    if let Some(timestamp) = field.type_as_timestamp() {
        texts.extend(timestamp.timezone());
    }
    for child in field.children().iter().flatten() {
        collect_texts(child, texts);
    }
}
