//! What polars has no type for. It would panic on most of these, deep inside.

use arrow_schema::{DataType, Field};

use crate::error::{Error, Result};

const MOST_DIGITS: u8 = 38;

/// An error that names the column, its type, and what to do.
pub(super) fn check(column: &Field) -> Result<()> {
    find(column.data_type()).map_or(Ok(()), |(found, advice)| Err(refusal(column, &format!("{found}: {advice}"))))
}

pub(super) fn refusal(column: &Field, reason: &str) -> Error {
    Error::UnsupportedType(format!(
        "column '{}', type {}: polars can't carry {reason}; or read it with read_arrow",
        column.name(),
        column.data_type()
    ))
}

fn find(data_type: &DataType) -> Option<(String, &'static str)> {
    let named = |advice| Some((data_type.to_string(), advice));
    match data_type {
        DataType::Union(..) => named("write a struct of the alternatives instead"),
        DataType::ListView(_) | DataType::LargeListView(_) => named("write a list instead"),
        DataType::RunEndEncoded(..) => named("write the plain values instead"),
        DataType::Interval(_) => named("write a duration, or a struct of numbers instead"),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal256(..) => {
            named("write a decimal of 128 bits instead")
        }
        DataType::Decimal128(digits, scale) if *scale < 0 || *digits > MOST_DIGITS => {
            named("write one with a scale of 0 or more instead")
        }
        DataType::Timestamp(_, Some(zone)) if zone.starts_with(['+', '-']) => {
            named("write a named time zone, such as UTC, instead")
        }
        DataType::FixedSizeList(_, 0) => named("leave the column out instead"),
        DataType::Dictionary(_, values) if matches!(**values, DataType::Dictionary(..)) => {
            named("write its values decoded instead")
        }
        DataType::List(child)
        | DataType::LargeList(child)
        | DataType::FixedSizeList(child, _)
        | DataType::Map(child, _) => find(child.data_type()),
        DataType::Struct(fields) => fields.iter().find_map(|field| find(field.data_type())),
        DataType::Dictionary(_, values) => find(values),
        _ => None,
    }
}
