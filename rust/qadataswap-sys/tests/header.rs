//! The declarations are those of the header: every constant, every field, every function, and the sizes that the core checks.
#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeMap;
use std::mem::{size_of, zeroed};

use qadataswap_sys as sys;

const HEADER: &str = include_str!("../native/include/qadataswap/qadataswap.h");
const CONSTANTS: &str = include_str!("../src/constants.rs");
const STRUCTS: &str = include_str!("../src/structs.rs");
const FUNCTIONS: &str = include_str!("../src/functions.rs");

/// The header without its comments.
fn header() -> String {
    let mut code = String::new();
    for (number, part) in HEADER.split("/*").enumerate() {
        code += if number == 0 { part } else { part.split_once("*/").expect("comments end").1 };
    }
    code
}

/// `NAME = 1` or `NAME: type = 1`, wherever it is.
fn numbers(code: &str) -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for piece in code.split([',', ';', '{', '}']) {
        let Some((name, value)) = piece.split_once('=') else { continue };
        let name = name.split(':').next().unwrap_or(name).split_whitespace().last().unwrap_or("");
        if let (true, Ok(value)) = (name.starts_with("QADS_"), value.trim().parse()) {
            found.insert(name.to_owned(), value);
        }
    }
    found
}

#[test]
fn every_constant_has_the_headers_value() {
    let wanted = numbers(&header());
    assert!(wanted.len() > 40, "the header was understood");
    assert_eq!(numbers(CONSTANTS), wanted);
}

/// For each struct the names of its fields, in order.
fn fields(code: &str, begin: &str, name_of: impl Fn(&str) -> Option<&str>) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for part in code.split(begin).skip(1) {
        let (name, rest) = part.split_once('{').expect("a body");
        let body = rest.split_once('}').expect("its end").0;
        if name.trim().starts_with("qads_") {
            found.insert(
                name.trim().to_owned(),
                body.split([';', ',']).filter_map(&name_of).map(str::to_owned).collect(),
            );
        }
    }
    found
}

#[test]
fn every_struct_has_the_headers_fields_in_their_order() {
    let in_c = |field: &str| -> Option<usize> { Some(field.trim().len()) };
    let c_name = |field: &'_ str| -> Option<String> {
        in_c(field).filter(|&length| length > 0)?;
        let word = field.split_whitespace().last()?.trim_start_matches('*');
        Some(word.split('[').next()?.to_owned())
    };
    let mut wanted = BTreeMap::new();
    for part in header().split("typedef struct ").skip(1) {
        let Some((name, rest)) = part.split_once('{') else { continue };
        if name.contains(';') {
            continue;
        }
        let body = rest.split_once('}').expect("its end").0;
        wanted.insert(name.trim().to_owned(), body.split(';').filter_map(c_name).collect::<Vec<_>>());
    }
    let ours =
        fields(STRUCTS, "pub struct ", |field| field.trim().strip_prefix("pub ")?.split(':').next().map(str::trim));
    assert!(wanted.len() >= 10, "the header was understood");
    assert_eq!(ours, wanted);
}

#[test]
fn every_function_of_the_header_is_declared() {
    let header = header();
    let wanted: Vec<&str> = header
        .split("QADS_API ")
        .skip(1)
        .filter_map(|text| text.split_once('(')?.0.split([' ', '*']).next_back())
        .filter(|name| name.starts_with("qads_"))
        .collect();
    let ours: Vec<&str> = FUNCTIONS.split("pub fn ").skip(1).filter_map(|text| Some(text.split_once('(')?.0)).collect();
    assert!(wanted.len() > 40, "the header was understood");
    assert_eq!(ours, wanted);
}

#[test]
fn the_core_fills_in_options_of_the_size_that_is_declared() {
    // SAFETY: plain structs, which the functions fill in; all-zero bytes are values of them.
    unsafe {
        let mut arena: sys::qads_arena_options = zeroed();
        sys::qads_arena_options_init(&raw mut arena);
        assert_eq!(arena.struct_size as usize, size_of::<sys::qads_arena_options>());
        assert_eq!((arena.capacity, arena.schema_capacity), (256 << 20, 4 << 20));
        assert_eq!((arena.slots, arena.reader_capacity, arena.mode), (256, 64, 0o600));

        let mut attach: sys::qads_attach_options = zeroed();
        sys::qads_attach_options_init(&raw mut attach);
        assert_eq!(attach.struct_size as usize, size_of::<sys::qads_attach_options>());

        let mut writer: sys::qads_writer_options = zeroed();
        sys::qads_writer_options_init(&raw mut writer);
        assert_eq!(writer.struct_size as usize, size_of::<sys::qads_writer_options>());

        let mut reader: sys::qads_reader_options = zeroed();
        sys::qads_reader_options_init(&raw mut reader);
        assert_eq!(reader.struct_size as usize, size_of::<sys::qads_reader_options>());
    }
}

#[test]
fn the_core_has_the_crates_version() {
    // SAFETY: a constant text.
    let version = unsafe { std::ffi::CStr::from_ptr(sys::qads_version()) };
    assert_eq!(version.to_str(), Ok(env!("CARGO_PKG_VERSION")));
}
