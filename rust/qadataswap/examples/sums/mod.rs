//! One number a column, the same in any language: what two ends of a stream compare.

use std::collections::BTreeMap;
use std::fmt;

use polars_core::prelude::{Column, DataFrame, DataType, PolarsResult, Series};

/// Sums of columns, modulo 2^64, over all frames: of integers (times and decimals are integers too), of the bits of floating-point numbers, of
/// the lengths and of the bytes of texts. Bits of a narrow number are followed by zeros; nulls add nothing.
#[derive(Default)]
pub struct Sums(BTreeMap<String, u64>);

impl Sums {
    pub fn add(&mut self, frame: &DataFrame) -> PolarsResult<()> {
        for column in frame.columns() {
            let series = column.as_materialized_series();
            if matches!(series.dtype(), DataType::String | DataType::Categorical(..) | DataType::Enum(..)) {
                self.add_texts(column)?;
            } else if let Some(sum) = sum(&series.to_physical_repr())? {
                self.add_to(column.name(), sum);
            }
        }
        Ok(())
    }

    fn add_texts(&mut self, column: &Column) -> PolarsResult<()> {
        let texts = column.cast(&DataType::String)?;
        let (mut lengths, mut bytes) = (0, 0_u64);
        for text in texts.str()?.downcast_iter().flat_map(|chunk| chunk.non_null_values_iter()) {
            lengths += text.len() as u64;
            bytes = bytes.wrapping_add(text.bytes().map(u64::from).sum());
        }
        self.add_to(&format!("{}.length", column.name()), lengths);
        self.add_to(&format!("{}.bytes", column.name()), bytes);
        Ok(())
    }

    fn add_to(&mut self, name: &str, sum: u64) {
        let total = self.0.entry(name.to_owned()).or_default();
        *total = total.wrapping_add(sum);
    }
}

impl fmt::Display for Sums {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sums")?;
        self.0.iter().try_for_each(|(name, sum)| write!(f, " {name}={sum}"))
    }
}

/// None for a column of neither numbers nor texts.
fn sum(series: &Series) -> PolarsResult<Option<u64>> {
    macro_rules! sum {
        ($column:expr, $bits:expr) => {{
            let values = $column?.downcast_iter().flat_map(|chunk| chunk.non_null_values_iter());
            values.map($bits).fold(0, u64::wrapping_add)
        }};
    }
    Ok(Some(match series.dtype() {
        DataType::Boolean => series.bool()?.sum().map_or(0, u64::from),
        DataType::Int8 => sum!(series.i8(), |value| u64::from(value.cast_unsigned())),
        DataType::Int16 => sum!(series.i16(), |value| u64::from(value.cast_unsigned())),
        DataType::Int32 => sum!(series.i32(), |value| u64::from(value.cast_unsigned())),
        DataType::Int64 => sum!(series.i64(), i64::cast_unsigned),
        DataType::Int128 => sum!(series.i128(), low_bits),
        DataType::UInt8 => sum!(series.u8(), u64::from),
        DataType::UInt16 => sum!(series.u16(), u64::from),
        DataType::UInt32 => sum!(series.u32(), u64::from),
        DataType::UInt64 => sum!(series.u64(), |value| value),
        DataType::Float32 => sum!(series.f32(), |value| u64::from(value.to_bits())),
        DataType::Float64 => sum!(series.f64(), f64::to_bits),
        _ => return Ok(None),
    }))
}

#[allow(clippy::cast_possible_truncation, reason = "that is what is wanted")]
fn low_bits(value: i128) -> u64 {
    value.cast_unsigned() as u64
}
