// How the values of each kind of column are written.
#pragma once

#include "column.hpp"

namespace qads::cli::values {

void write_null(const Column& column, std::int64_t row, Json& json);
void write_bool(const Column& column, std::int64_t row, Json& json);
void write_int(const Column& column, std::int64_t row, Json& json);
void write_uint64(const Column& column, std::int64_t row, Json& json);
void write_half(const Column& column, std::int64_t row, Json& json);
void write_float(const Column& column, std::int64_t row, Json& json);
void write_double(const Column& column, std::int64_t row, Json& json);
void write_text(const Column& column, std::int64_t row, Json& json);
void write_binary(const Column& column, std::int64_t row, Json& json);
void write_text_view(const Column& column, std::int64_t row, Json& json);
void write_binary_view(const Column& column, std::int64_t row, Json& json);
void write_fixed_binary(const Column& column, std::int64_t row, Json& json);
void write_decimal(const Column& column, std::int64_t row, Json& json);
void write_date32(const Column& column, std::int64_t row, Json& json);
void write_date64(const Column& column, std::int64_t row, Json& json);
void write_time(const Column& column, std::int64_t row, Json& json);
void write_timestamp(const Column& column, std::int64_t row, Json& json);
void write_instant(const Column& column, std::int64_t row, Json& json);  // a timestamp with a zone: in UTC
void write_duration(const Column& column, std::int64_t row, Json& json);
void write_months(const Column& column, std::int64_t row, Json& json);
void write_day_time(const Column& column, std::int64_t row, Json& json);
void write_month_day_nano(const Column& column, std::int64_t row, Json& json);
void write_list(const Column& column, std::int64_t row, Json& json);
void write_list_view(const Column& column, std::int64_t row, Json& json);
void write_fixed_list(const Column& column, std::int64_t row, Json& json);
void write_struct(const Column& column, std::int64_t row, Json& json);
void write_map(const Column& column, std::int64_t row, Json& json);
void write_sparse_union(const Column& column, std::int64_t row, Json& json);
void write_dense_union(const Column& column, std::int64_t row, Json& json);
void write_run(const Column& column, std::int64_t row, Json& json);
void write_entry(const Column& column, std::int64_t row, Json& json);  // of a dictionary

}  // namespace qads::cli::values
