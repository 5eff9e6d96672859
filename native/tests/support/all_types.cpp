#include <arrow/extension_type.h>

#include "support/random_arrays.hpp"

namespace qads_test {
namespace {

// An extension type of our own, registered, so that libarrow makes it again from its metadata.
class LabelType : public arrow::ExtensionType {
 public:
  explicit LabelType(std::shared_ptr<arrow::DataType> storage) : arrow::ExtensionType(std::move(storage)) {}
  std::string extension_name() const override { return "qadataswap.test.label"; }
  bool ExtensionEquals(const arrow::ExtensionType& other) const override {
    return other.extension_name() == extension_name() && other.storage_type()->Equals(*storage_type());
  }
  std::shared_ptr<arrow::Array> MakeArray(std::shared_ptr<arrow::ArrayData> data) const override {
    return std::make_shared<arrow::ExtensionArray>(std::move(data));
  }
  arrow::Result<std::shared_ptr<arrow::DataType>> Deserialize(std::shared_ptr<arrow::DataType> storage,
                                                              const std::string& serialized) const override {
    if (serialized != "red\nblue") return arrow::Status::Invalid("label metadata is '", serialized, "'");
    return std::make_shared<LabelType>(std::move(storage));
  }
  std::string Serialize() const override { return "red\nblue"; }
};

std::shared_ptr<arrow::DataType> label(const std::shared_ptr<arrow::DataType>& storage) {
  static const bool registered = arrow::RegisterExtensionType(std::make_shared<LabelType>(arrow::int8())).ok();
  if (!registered) throw std::runtime_error("can't register the extension type");
  return std::make_shared<LabelType>(storage);
}

using Types = std::vector<NamedType>;

void add_fixed(Types& types) {
  types.insert(types.end(), {{"null", arrow::null()},
                             {"bool", arrow::boolean()},
                             {"int8", arrow::int8()},
                             {"uint8", arrow::uint8()},
                             {"int16", arrow::int16()},
                             {"uint16", arrow::uint16()},
                             {"int32", arrow::int32()},
                             {"uint32", arrow::uint32()},
                             {"int64", arrow::int64()},
                             {"uint64", arrow::uint64()},
                             {"half", arrow::float16()},
                             {"float", arrow::float32()},
                             {"double", arrow::float64()},
                             {"decimal32", arrow::decimal32(9, 2)},
                             {"decimal64", arrow::decimal64(18, -3)},
                             {"decimal128", arrow::decimal128(38, 10)},
                             {"decimal128_small", arrow::decimal128(3, -1)},
                             {"decimal256", arrow::decimal256(76, 38)},
                             {"fixed_binary", arrow::fixed_size_binary(5)},
                             {"fixed_binary_0", arrow::fixed_size_binary(0)},
                             {"date32", arrow::date32()},
                             {"date64", arrow::date64()},
                             {"time32_s", arrow::time32(arrow::TimeUnit::SECOND)},
                             {"time32_ms", arrow::time32(arrow::TimeUnit::MILLI)},
                             {"time64_us", arrow::time64(arrow::TimeUnit::MICRO)},
                             {"time64_ns", arrow::time64(arrow::TimeUnit::NANO)},
                             {"timestamp_s", arrow::timestamp(arrow::TimeUnit::SECOND)},
                             {"timestamp_ms", arrow::timestamp(arrow::TimeUnit::MILLI, "UTC")},
                             {"timestamp_us", arrow::timestamp(arrow::TimeUnit::MICRO, "+05:30")},
                             {"timestamp_ns", arrow::timestamp(arrow::TimeUnit::NANO, "Europe/Vienna")},
                             {"duration_s", arrow::duration(arrow::TimeUnit::SECOND)},
                             {"duration_ms", arrow::duration(arrow::TimeUnit::MILLI)},
                             {"duration_us", arrow::duration(arrow::TimeUnit::MICRO)},
                             {"duration_ns", arrow::duration(arrow::TimeUnit::NANO)},
                             {"months", arrow::month_interval()},
                             {"day_time", arrow::day_time_interval()},
                             {"month_day_nano", arrow::month_day_nano_interval()}});
}

void add_variable(Types& types) {
  types.insert(types.end(), {{"binary", arrow::binary()},
                             {"utf8", arrow::utf8()},
                             {"large_binary", arrow::large_binary()},
                             {"large_utf8", arrow::large_utf8()},
                             {"binary_view", arrow::binary_view()},
                             {"utf8_view", arrow::utf8_view()}});
}

void add_nested(Types& types) {
  const auto i = arrow::field("i", arrow::int32());
  const auto s = arrow::field("s", arrow::utf8());
  const auto b = arrow::field("b", arrow::boolean(), false);
  types.insert(
      types.end(),
      {{"list", arrow::list(arrow::int64())},
       {"list_of_utf8", arrow::list(arrow::field("item", arrow::utf8(), false))},
       {"list_of_bool", arrow::list(arrow::boolean())},
       {"large_list", arrow::large_list(arrow::float32())},
       {"list_view", arrow::list_view(arrow::int16())},
       {"list_view_of_utf8", arrow::list_view(arrow::utf8())},
       {"large_list_view", arrow::large_list_view(arrow::binary_view())},
       {"fixed_list", arrow::fixed_size_list(arrow::int32(), 3)},
       {"fixed_list_of_bool", arrow::fixed_size_list(arrow::boolean(), 5)},
       {"fixed_list_0", arrow::fixed_size_list(arrow::utf8(), 0)},
       {"struct", arrow::struct_({i, s, b})},
       {"struct_0", arrow::struct_({})},
       {"map", arrow::map(arrow::utf8(), arrow::float64())},
       {"map_sorted", arrow::map(arrow::int32(), arrow::list(arrow::int8()), true)},
       {"sparse_union", arrow::sparse_union({i, s, b}, {0, 1, 2})},
       {"sparse_union_ids", arrow::sparse_union({i, s}, {127, 5})},
       {"sparse_union_0", arrow::sparse_union(arrow::FieldVector{}, {})},
       {"dense_union", arrow::dense_union({i, s, b}, {0, 1, 2})},
       {"dense_union_ids", arrow::dense_union({s, i, b}, {99, 0, 7})},
       {"dense_union_0", arrow::dense_union(arrow::FieldVector{}, {})},
       {"run_end_16", arrow::run_end_encoded(arrow::int16(), arrow::utf8())},
       {"run_end_32", arrow::run_end_encoded(arrow::int32(), arrow::boolean())},
       {"run_end_64", arrow::run_end_encoded(arrow::int64(), arrow::list(arrow::int32()))},
       {"list_of_list", arrow::list(arrow::list(arrow::utf8()))},
       {"list_of_struct", arrow::list(arrow::struct_({i, arrow::field("l", arrow::list(arrow::boolean()))}))},
       {"struct_of_struct", arrow::struct_({arrow::field("x", arrow::struct_({s, b})), i})},
       {"list_of_dense_union", arrow::list(arrow::dense_union({i, s}, {3, 4}))},
       {"list_of_sparse_union", arrow::list(arrow::sparse_union({i, s}, {3, 4}))},
       {"union_of_run_ends",
        arrow::sparse_union({arrow::field("r", arrow::run_end_encoded(arrow::int32(), arrow::float64())), i}, {0, 1})},
       {"list_of_run_ends", arrow::list(arrow::run_end_encoded(arrow::int16(), arrow::int8()))},
       {"fixed_list_of_views", arrow::fixed_size_list(arrow::utf8_view(), 2)},
       {"list_of_null", arrow::list(arrow::null())}});
}

void add_dictionaries(Types& types) {
  const auto words = arrow::dictionary(arrow::int8(), arrow::utf8());
  types.insert(types.end(),
               {{"dictionary", words},
                {"dictionary_ordered", arrow::dictionary(arrow::uint16(), arrow::int64(), true)},
                {"dictionary_64", arrow::dictionary(arrow::int64(), arrow::large_utf8())},
                {"dictionary_of_list", arrow::dictionary(arrow::int32(), arrow::list(arrow::utf8()))},
                {"dictionary_of_struct", arrow::dictionary(arrow::uint8(), arrow::struct_({arrow::field("d", words)}))},
                {"dictionary_of_dictionary", arrow::dictionary(arrow::int16(), words)},
                {"list_of_dictionary", arrow::list(words)},
                {"struct_of_dictionary", arrow::struct_({arrow::field("d", words)})},
                {"union_of_dictionary",
                 arrow::dense_union({arrow::field("d", words), arrow::field("i", arrow::int8())}, {0, 1})},
                {"run_ends_of_dictionary", arrow::run_end_encoded(arrow::int32(), words)}});
}

void add_extensions(Types& types) {
  types.insert(types.end(), {{"extension", label(arrow::fixed_size_binary(16))},
                             {"extension_of_struct", label(arrow::struct_({arrow::field("a", arrow::utf8())}))},
                             {"list_of_extension", arrow::list(label(arrow::int32()))}});
}

}  // namespace

void PrintTo(const NamedType& type, std::ostream* out) { *out << type.name; }

const std::vector<NamedType>& all_types() {
  static const Types types = [] {
    Types all;
    add_fixed(all);
    add_variable(all);
    add_nested(all);
    add_dictionaries(all);
    add_extensions(all);
    return all;
  }();
  return types;
}

}  // namespace qads_test
