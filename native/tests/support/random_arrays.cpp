#include "support/random_arrays.hpp"

#include <arrow/util/bit_util.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace qads_test {
namespace {

std::shared_ptr<arrow::Buffer> allocate(std::int64_t bytes) {
  return std::shared_ptr<arrow::Buffer>(arrow::AllocateBuffer(bytes).ValueOrDie());
}

template <typename T>
std::shared_ptr<arrow::Buffer> buffer_of(const std::vector<T>& values) {
  const auto bytes = static_cast<std::int64_t>(values.size() * sizeof(T));
  std::shared_ptr<arrow::Buffer> buffer = allocate(bytes);
  if (bytes > 0) std::memcpy(buffer->mutable_data(), values.data(), static_cast<std::size_t>(bytes));
  return buffer;
}

constexpr std::int64_t kDay = 86400;

}  // namespace

const char* name_of(Nulls nulls) {
  switch (nulls) {
    case Nulls::kNone:
      return "none";
    case Nulls::kAll:
      return "all";
    case Nulls::kRandom:
      return "random";
    case Nulls::kAlternating:
      return "alternating";
    case Nulls::kFirst:
      return "first";
    case Nulls::kLast:
      return "last";
  }
  return "";
}

std::shared_ptr<arrow::Array> RandomArrays::array(const std::shared_ptr<arrow::DataType>& type, std::int64_t length,
                                                  Nulls nulls) {
  return arrow::MakeArray(data(type, length, nulls));
}

std::shared_ptr<arrow::RecordBatch> RandomArrays::batch(const std::shared_ptr<arrow::Schema>& schema,
                                                        std::int64_t length, Nulls nulls) {
  arrow::ArrayVector columns;
  for (const auto& field : schema->fields()) columns.push_back(array(field->type(), length, nulls));
  return arrow::RecordBatch::Make(schema, length, std::move(columns));
}

std::shared_ptr<arrow::Schema> RandomArrays::schema(int columns) {
  arrow::FieldVector fields;
  for (int i = 0; i < columns; ++i) {
    const NamedType& chosen =
        all_types()[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(all_types().size()) - 1))];
    if (chosen.name.ends_with("union_0")) {  // can have no rows, but the other columns do
      --i;
      continue;
    }
    auto field = arrow::field(chosen.name + "_" + std::to_string(i), chosen.type);
    if (between(0, 3) == 0) {
      field = field->WithMetadata(arrow::key_value_metadata({"unit", ""}, {"k\xC3\xA4se", std::string("a\0b", 3)}));
    }
    fields.push_back(std::move(field));
  }
  return arrow::schema(std::move(fields), arrow::key_value_metadata({"origin"}, {"random"}));
}

RandomArrays::Data RandomArrays::data(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls) {
  switch (type->id()) {
    case arrow::Type::NA:
      return arrow::ArrayData::Make(type, length, {nullptr}, length);
    case arrow::Type::BINARY:
    case arrow::Type::STRING:
      return variable<std::int32_t>(type, length, nulls);
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::LARGE_STRING:
      return variable<std::int64_t>(type, length, nulls);
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::STRING_VIEW:
      return view(type, length, nulls);
    case arrow::Type::LIST:
    case arrow::Type::MAP:
      return list<std::int32_t>(type, length, nulls);
    case arrow::Type::LARGE_LIST:
      return list<std::int64_t>(type, length, nulls);
    case arrow::Type::LIST_VIEW:
      return list_view<std::int32_t>(type, length, nulls);
    case arrow::Type::LARGE_LIST_VIEW:
      return list_view<std::int64_t>(type, length, nulls);
    case arrow::Type::FIXED_SIZE_LIST: {
      const auto& fixed = static_cast<const arrow::FixedSizeListType&>(*type);
      return arrow::ArrayData::Make(type, length, {validity(length, nulls)},
                                    {child(fixed.value_type(), length * fixed.list_size())});
    }
    case arrow::Type::STRUCT: {
      Data made = arrow::ArrayData::Make(type, length, {validity(length, nulls)});
      for (const auto& field : type->fields()) made->child_data.push_back(child(field->type(), length));
      return made;
    }
    case arrow::Type::SPARSE_UNION:
      return sparse_union(type, length);
    case arrow::Type::DENSE_UNION:
      return dense_union(type, length);
    case arrow::Type::RUN_END_ENCODED:
      switch (static_cast<const arrow::RunEndEncodedType&>(*type).run_end_type()->id()) {
        case arrow::Type::INT16:
          return run_end_encoded<std::int16_t>(type, length, nulls);
        case arrow::Type::INT32:
          return run_end_encoded<std::int32_t>(type, length, nulls);
        default:
          return run_end_encoded<std::int64_t>(type, length, nulls);
      }
    case arrow::Type::DICTIONARY:
      return dictionary(type, length, nulls);
    case arrow::Type::EXTENSION: {
      Data made = data(static_cast<const arrow::ExtensionType&>(*type).storage_type(), length, nulls)->Copy();
      made->type = type;
      return made;
    }
    default:
      return arrow::ArrayData::Make(type, length, {validity(length, nulls), fixed_values(*type, length)});
  }
}

RandomArrays::Data RandomArrays::child(const std::shared_ptr<arrow::DataType>& type, std::int64_t length) {
  constexpr std::int64_t kBefore[] = {0, 0, 1, 3, 8, 64};
  const std::int64_t before = kBefore[between(0, 5)];
  const std::int64_t after = between(0, 2);
  const Nulls nulls = kAllNulls[between(0, 5)];
  return data(type, before + length + after, nulls)->Slice(before, length);
}

std::shared_ptr<arrow::Buffer> RandomArrays::validity(std::int64_t length, Nulls nulls) {
  if (nulls == Nulls::kNone) {
    if (between(0, 1) == 0) return nullptr;  // else there, but all ones
  }
  std::shared_ptr<arrow::Buffer> bitmap = bytes(arrow::bit_util::BytesForBits(length));
  for (std::int64_t i = 0; i < length; ++i) {
    const bool valid = nulls == Nulls::kNone || (nulls == Nulls::kRandom && between(0, 2) != 0) ||
                       (nulls == Nulls::kAlternating && i % 2 == 0) || (nulls == Nulls::kFirst && i != 0) ||
                       (nulls == Nulls::kLast && i != length - 1);
    arrow::bit_util::SetBitTo(bitmap->mutable_data(), i, valid);
  }
  return bitmap;
}

std::shared_ptr<arrow::Buffer> RandomArrays::bytes(std::int64_t count) {
  std::shared_ptr<arrow::Buffer> buffer = allocate(count);
  for (std::int64_t i = 0; i < count; ++i) buffer->mutable_data()[i] = static_cast<std::uint8_t>(random_());
  return buffer;
}

template <typename T>
std::shared_ptr<arrow::Buffer> RandomArrays::numbers(std::int64_t count, T low, T high, T step) {
  std::vector<T> values(static_cast<std::size_t>(count));
  for (T& value : values) value = static_cast<T>(between(low, high) * step);
  return buffer_of(values);
}

// Values that libarrow's full validation accepts and that equal themselves (no NaN).
std::shared_ptr<arrow::Buffer> RandomArrays::fixed_values(const arrow::DataType& type, std::int64_t length) {
  switch (type.id()) {
    case arrow::Type::BOOL:
      return bytes(arrow::bit_util::BytesForBits(length));
    case arrow::Type::HALF_FLOAT:
      return numbers<std::uint16_t>(length, 0, 0x7bff);
    case arrow::Type::FLOAT: {
      std::vector<float> values;
      values.reserve(static_cast<std::size_t>(length));
      for (std::int64_t i = 0; i < length; ++i) values.push_back(static_cast<float>(between(-1000000, 1000000)) / 7);
      return buffer_of(values);
    }
    case arrow::Type::DOUBLE: {
      std::vector<double> values;
      values.reserve(static_cast<std::size_t>(length));
      for (std::int64_t i = 0; i < length; ++i) values.push_back(static_cast<double>(between(-1000000, 1000000)) / 3);
      return buffer_of(values);
    }
    case arrow::Type::DATE64:
      return numbers<std::int64_t>(length, -10000, 10000, kDay * 1000);
    case arrow::Type::TIME32: {
      const bool seconds = static_cast<const arrow::TimeType&>(type).unit() == arrow::TimeUnit::SECOND;
      return numbers<std::int32_t>(length, 0, static_cast<std::int32_t>(kDay * (seconds ? 1 : 1000) - 1));
    }
    case arrow::Type::TIME64: {
      const bool micro = static_cast<const arrow::TimeType&>(type).unit() == arrow::TimeUnit::MICRO;
      return numbers<std::int64_t>(length, 0, kDay * (micro ? 1000000 : 1000000000) - 1);
    }
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
      return decimals(static_cast<const arrow::DecimalType&>(type), length);
    default:
      return bytes(length * type.byte_width());
  }
}

std::shared_ptr<arrow::Buffer> RandomArrays::decimals(const arrow::DecimalType& type, std::int64_t length) {
  std::int64_t most = 1;
  for (int i = 0; i < std::min(type.precision(), 18); ++i) most *= 10;
  const auto width = static_cast<std::size_t>(type.byte_width());
  std::vector<std::uint8_t> values(static_cast<std::size_t>(length) * width);
  for (std::size_t i = 0; i < static_cast<std::size_t>(length); ++i) {
    const std::int64_t value = between(1 - most, most - 1);
    std::memset(values.data() + i * width, value < 0 ? 0xff : 0, width);
    std::memcpy(values.data() + i * width, &value, std::min(width, sizeof(value)));
  }
  return buffer_of(values);
}

template <typename Offset>
std::shared_ptr<arrow::Buffer> RandomArrays::offsets(std::int64_t length, std::int64_t largest, std::int64_t& total) {
  if (length == 0 && between(0, 1) == 0) {  // producers may leave it out
    total = 0;
    return allocate(0);
  }
  std::vector<Offset> values;
  auto at = static_cast<Offset>(between(0, 1) == 0 ? 0 : between(0, 20));
  for (std::int64_t i = 0; i < length; ++i) {
    values.push_back(at);
    at = static_cast<Offset>(at + between(0, largest));
  }
  values.push_back(at);
  total = at;
  return buffer_of(values);
}

template <typename Offset>
RandomArrays::Data RandomArrays::variable(const std::shared_ptr<arrow::DataType>& type, std::int64_t length,
                                          Nulls nulls) {
  std::int64_t total = 0;
  std::shared_ptr<arrow::Buffer> starts = offsets<Offset>(length, between(0, 40), total);
  const bool any = type->id() == arrow::Type::BINARY || type->id() == arrow::Type::LARGE_BINARY;
  std::shared_ptr<arrow::Buffer> values = any ? bytes(total) : numbers<std::uint8_t>(total, ' ', '~');
  return arrow::ArrayData::Make(type, length, {validity(length, nulls), std::move(starts), std::move(values)});
}

template <typename Offset>
RandomArrays::Data RandomArrays::list(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls) {
  std::int64_t total = 0;
  std::shared_ptr<arrow::Buffer> starts = offsets<Offset>(length, between(0, 4), total);
  const std::shared_ptr<arrow::DataType>& value_type = type->field(0)->type();
  Data values;
  if (type->id() == arrow::Type::MAP) {  // neither keys nor entries may be null
    values = arrow::ArrayData::Make(value_type, total, {nullptr});
    values->child_data = {data(value_type->field(0)->type(), total, Nulls::kNone),
                          child(value_type->field(1)->type(), total)};
  } else {
    values = child(value_type, total);
  }
  return arrow::ArrayData::Make(type, length, {validity(length, nulls), std::move(starts)}, {std::move(values)});
}

template <typename Offset>
RandomArrays::Data RandomArrays::list_view(const std::shared_ptr<arrow::DataType>& type, std::int64_t length,
                                           Nulls nulls) {
  const std::int64_t total = between(0, 2 * length);
  std::vector<Offset> starts;
  std::vector<Offset> sizes;
  const std::int64_t skipped = between(0, 3) * total / 8;  // the front that no row refers to
  for (std::int64_t i = 0; i < length; ++i) {
    const std::int64_t start = between(skipped, total);
    starts.push_back(static_cast<Offset>(start));
    sizes.push_back(static_cast<Offset>(between(0, std::min<std::int64_t>(5, total - start))));
  }
  return arrow::ArrayData::Make(type, length, {validity(length, nulls), buffer_of(starts), buffer_of(sizes)},
                                {child(type->field(0)->type(), total)});
}

RandomArrays::Data RandomArrays::view(const std::shared_ptr<arrow::DataType>& type, std::int64_t length, Nulls nulls) {
  arrow::BufferVector buffers = {validity(length, nulls), nullptr};
  const std::int64_t data_buffers = between(0, 4);
  for (std::int64_t b = 0; b < data_buffers; ++b) buffers.push_back(numbers<std::uint8_t>(between(0, 300), ' ', '~'));
  std::vector<arrow::BinaryViewType::c_type> views;
  for (std::int64_t i = 0; i < length; ++i) {
    arrow::BinaryViewType::c_type made{};
    const std::int64_t b = data_buffers == 0 ? 0 : between(0, data_buffers - 1);
    const arrow::Buffer* from = data_buffers == 0 ? nullptr : buffers[static_cast<std::size_t>(b) + 2].get();
    if (from == nullptr || from->size() < 13 || between(0, 2) == 0) {
      made.inlined.size = static_cast<std::int32_t>(between(0, 12));
      for (std::int32_t k = 0; k < made.inlined.size; ++k) {
        made.inlined.data[static_cast<std::size_t>(k)] = static_cast<std::uint8_t>(between('a', 'z'));
      }
    } else {
      const std::int64_t size = between(13, std::min<std::int64_t>(from->size(), 40));
      const std::int64_t offset =
          between(from->size() / 4 > from->size() - size ? 0 : from->size() / 4, from->size() - size);
      made.ref.size = static_cast<std::int32_t>(size);
      std::memcpy(made.ref.prefix.data(), from->data() + offset, 4);
      made.ref.buffer_index = static_cast<std::int32_t>(b);
      made.ref.offset = static_cast<std::int32_t>(offset);
    }
    views.push_back(made);
  }
  buffers[1] = buffer_of(views);
  return arrow::ArrayData::Make(type, length, std::move(buffers));
}

RandomArrays::Data RandomArrays::sparse_union(const std::shared_ptr<arrow::DataType>& type, std::int64_t length) {
  const auto& codes = static_cast<const arrow::UnionType&>(*type).type_codes();
  if (codes.empty()) length = 0;
  std::vector<std::int8_t> ids;
  ids.reserve(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i) {
    ids.push_back(codes[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(codes.size()) - 1))]);
  }
  Data made = arrow::ArrayData::Make(type, length, {nullptr, buffer_of(ids)}, 0);
  for (const auto& field : type->fields()) made->child_data.push_back(child(field->type(), length));
  return made;
}

RandomArrays::Data RandomArrays::dense_union(const std::shared_ptr<arrow::DataType>& type, std::int64_t length) {
  const auto& codes = static_cast<const arrow::UnionType&>(*type).type_codes();
  if (codes.empty()) length = 0;
  std::vector<std::int8_t> ids;
  std::vector<std::int32_t> starts;
  std::vector<std::int32_t> used(codes.size(), 0);
  for (std::int32_t& next : used) next = static_cast<std::int32_t>(between(0, 2));
  for (std::int64_t i = 0; i < length; ++i) {
    const auto k = static_cast<std::size_t>(between(0, static_cast<std::int64_t>(codes.size()) - 1));
    ids.push_back(codes[k]);
    starts.push_back(used[k]);
    used[k] += static_cast<std::int32_t>(between(1, 2));
  }
  Data made = arrow::ArrayData::Make(type, length, {nullptr, buffer_of(ids), buffer_of(starts)}, 0);
  for (std::size_t k = 0; k < codes.size(); ++k) {
    made->child_data.push_back(child(type->field(static_cast<int>(k))->type(), used[k]));
  }
  return made;
}

template <typename RunEnd>
RandomArrays::Data RandomArrays::run_end_encoded(const std::shared_ptr<arrow::DataType>& type, std::int64_t length,
                                                 Nulls nulls) {
  const auto& encoded = static_cast<const arrow::RunEndEncodedType&>(*type);
  std::vector<RunEnd> ends;
  for (std::int64_t at = 0; at < length;) {
    at += between(1, 9);
    ends.push_back(static_cast<RunEnd>(at));
  }
  const auto runs = static_cast<std::int64_t>(ends.size());
  Data run_ends = arrow::ArrayData::Make(encoded.run_end_type(), runs, {nullptr, buffer_of(ends)}, 0);
  return arrow::ArrayData::Make(type, length, {nullptr}, {std::move(run_ends), data(encoded.value_type(), runs, nulls)},
                                0);
}

RandomArrays::Data RandomArrays::dictionary(const std::shared_ptr<arrow::DataType>& type, std::int64_t length,
                                            Nulls nulls) {
  const auto& encoded = static_cast<const arrow::DictionaryType&>(*type);
  const std::int64_t size = between(1, 20);
  Data made = arrow::ArrayData::Make(type, length, {validity(length, nulls), nullptr});
  const int width = encoded.index_type()->byte_width();
  std::vector<std::uint8_t> indices(static_cast<std::size_t>(length * width));
  for (std::int64_t i = 0; i < length; ++i) {
    const std::int64_t index = between(0, size - 1);
    std::memcpy(indices.data() + i * width, &index, static_cast<std::size_t>(width));
  }
  made->buffers[1] = buffer_of(indices);
  made->dictionary = child(encoded.value_type(), size);
  return made;
}

}  // namespace qads_test
