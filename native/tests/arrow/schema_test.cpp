#include "arrow/schema.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "arrow/schema_codec.hpp"
#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"

namespace qads_test {
namespace {

using qads::Code;
using qads::Error;
using Core = qads::arrow::Schema;

// A tree of ArrowSchema made by hand: whatever a foreign producer could hand over.
struct Fields {
  std::vector<std::unique_ptr<ArrowSchema>> structs;
  std::vector<std::unique_ptr<ArrowSchema*[]>> tables;

  ArrowSchema* add(const char* format, const char* name, std::vector<ArrowSchema*> children = {}) {
    structs.push_back(std::make_unique<ArrowSchema>());
    tables.push_back(std::make_unique<ArrowSchema*[]>(children.size() + 1));
    for (std::size_t i = 0; i < children.size(); ++i) tables.back()[i] = children[i];
    *structs.back() = {.format = format,
                       .name = name,
                       .metadata = nullptr,
                       .flags = ARROW_FLAG_NULLABLE,
                       .n_children = static_cast<std::int64_t>(children.size()),
                       .children = tables.back().get(),
                       .dictionary = nullptr,
                       .release = [](ArrowSchema* schema) { schema->release = nullptr; },
                       .private_data = nullptr};
    return structs.back().get();
  }
};

std::string thrown_by(const std::function<void()>& act, Code code) {
  try {
    act();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.message();
    return error.message();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

std::string refusal(const ArrowSchema& schema, Code code = Code::kInvalid) {
  return thrown_by([&] { Core::from_arrow(schema); }, code);
}

std::shared_ptr<arrow::Schema> everything() {
  arrow::FieldVector fields;
  for (const NamedType& each : all_types()) {
    fields.push_back(arrow::field(each.name, each.type, fields.size() % 2 == 0));
    if (fields.size() % 3 == 0) {
      fields.back() = fields.back()->WithMetadata(arrow::key_value_metadata({"a", "b"}, {std::string("\0x", 2), ""}));
    }
  }
  return arrow::schema(fields, arrow::key_value_metadata({"schema"}, {"level"}));
}

TEST(Schema, SurvivesTheWayThroughBytesExactly) {
  const auto original = everything();
  const auto schema = core_schema(*original);
  const auto again = Core::from_bytes(schema->bytes());
  EXPECT_EQ(again->bytes(), schema->bytes());
  EXPECT_EQ(again->difference(*schema), "");
  CSchema exported;
  again->export_to(&exported);
  EXPECT_TRUE(schema->matches(exported));
  const auto imported = arrow::ImportSchema(&exported);
  ASSERT_TRUE(imported.ok()) << imported.status().ToString();
  EXPECT_TRUE((*imported)->Equals(*original, true)) << (*imported)->ToString(true);
}

TEST(Schema, HasOneGoldenFormOfBytes) {
  Fields fields;
  ArrowSchema* root = fields.add("+s", "", {fields.add("u", "name"), fields.add("i", "n")});
  root->children[1]->dictionary = fields.add("l", "");
  const char metadata[] = "\1\0\0\0\1\0\0\0k\2\0\0\0vv";
  root->children[0]->metadata = metadata;
  const char expected[] =
      "\1\0\0\0\4\0\0\0"
      "\2\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0+s\0\0\0\0\0\0"
      "\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\4\0\0\0\017\0\0\0\0\0\0\0uname\1\0\0\0\1\0\0\0k\2\0\0\0vv\0\0\0\0"
      "\2\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0in\0\0\0\0\0\0"
      "\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0l\0\0\0\0\0\0";
  const auto schema = Core::from_arrow(*root);
  ASSERT_EQ(schema->bytes().size(), sizeof(expected));
  EXPECT_EQ(std::memcmp(schema->bytes().data(), expected, sizeof(expected)), 0);
}

TEST(Schema, RefusesWhatIsNotABatch) {
  Fields fields;
  EXPECT_NE(refusal(*fields.add("l", "")).find("'+s'"), std::string::npos);
  ArrowSchema* released = fields.add("+s", "");
  released->release = nullptr;
  EXPECT_NE(refusal(*released).find("released"), std::string::npos);
  ArrowSchema* formless = fields.add("+s", "");
  formless->format = nullptr;
  EXPECT_NE(refusal(*formless).find("no format"), std::string::npos);
}

TEST(Schema, NamesTheFieldWhoseFormatIsUnknown) {
  Fields fields;
  ArrowSchema* root = fields.add("+s", "", {fields.add("+l", "a", {fields.add("Q", "item")})});
  const std::string message = refusal(*root, Code::kUnsupportedType);
  EXPECT_NE(message.find("column 'a.item'"), std::string::npos) << message;
  EXPECT_NE(message.find("'Q'"), std::string::npos) << message;
}

TEST(Schema, RefusesChildrenThatDoNotFitTheType) {
  Fields f;
  const auto column = [&](ArrowSchema* child) { return f.add("+s", "", {child}); };
  EXPECT_NE(refusal(*column(f.add("+l", "x"))).find("0 children, needs 1"), std::string::npos);
  EXPECT_NE(refusal(*column(f.add("l", "x", {f.add("l", "y")}))).find("1 children, needs 0"), std::string::npos);
  EXPECT_NE(refusal(*column(f.add("+us:0,1", "x", {f.add("l", "y")}))).find("1 children"), std::string::npos);
  EXPECT_NE(refusal(*column(f.add("+m", "x", {f.add("l", "y")}))).find("key and value"), std::string::npos);
  EXPECT_NE(refusal(*column(f.add("+r", "x", {f.add("f", "e"), f.add("l", "v")}))).find("run ends"), std::string::npos);
  ArrowSchema* text_with_dictionary = f.add("u", "x");
  text_with_dictionary->dictionary = f.add("u", "");
  EXPECT_NE(refusal(*column(text_with_dictionary)).find("only integers"), std::string::npos);
  ArrowSchema* negative = f.add("+s", "x");
  negative->n_children = -1;
  refusal(*column(negative));
  ArrowSchema* without_child = f.add("+l", "x", {f.add("l", "y")});
  without_child->children[0] = nullptr;
  EXPECT_NE(refusal(*column(without_child)).find("NULL"), std::string::npos);
}

TEST(Schema, RefusesTreesDeeperThanItsLimit) {
  const auto nested = [](int levels) {
    auto type = arrow::int8();
    for (int i = 0; i < levels; ++i) type = arrow::list(type);
    return arrow::schema({arrow::field("deep", type)});
  };
  EXPECT_NO_THROW(core_schema(*nested(qads::arrow::kMaxDepth - 1)));
  EXPECT_NE(thrown_by([&] { core_schema(*nested(qads::arrow::kMaxDepth)); }, Code::kInvalid).find("deeper"),
            std::string::npos);
}

TEST(Schema, SaysHowAnotherSchemaDiffers) {
  const auto one = core_schema(*arrow::schema({arrow::field("a", arrow::int64()), arrow::field("b", arrow::utf8())}));
  const auto difference = [&](const arrow::FieldVector& fields) {
    const auto other = arrow::schema(fields);
    EXPECT_FALSE(one->matches(CSchema(*other)));
    return one->difference(*core_schema(*other));
  };
  const auto a = arrow::field("a", arrow::int64());
  const auto b = arrow::field("b", arrow::utf8());
  EXPECT_EQ(difference({a}), "the batch has 1 columns, expected 2");
  EXPECT_EQ(difference({a, arrow::field("c", arrow::utf8())}), "column 'b' is named 'c', expected 'b'");
  EXPECT_EQ(difference({a, arrow::field("b", arrow::binary())}), "column 'b' has format 'z', expected 'u'");
  EXPECT_EQ(difference({a, arrow::field("b", arrow::utf8(), false)}), "column 'b' has flags 0, expected 2");
  EXPECT_EQ(difference({a->WithMetadata(arrow::key_value_metadata({"k"}, {"v"})), b}),
            "column 'a' has metadata {k=v}, expected {}");
  EXPECT_EQ(difference({arrow::field("a", arrow::dictionary(arrow::int64(), arrow::utf8())), b}),
            "column 'a' has a dictionary, expected none");
  EXPECT_EQ(one->difference(*one), "");
}

TEST(Schema, IsTheSameWhateverTheOrderOfMetadataAndWhateverTheRootHas) {
  using Words = std::vector<std::string>;
  const auto with = [](const Words& keys, const Words& values) {
    const auto metadata = arrow::key_value_metadata(keys, values);
    return arrow::schema({arrow::field("a", arrow::int8(), true, metadata)}, metadata);
  };
  const auto one = core_schema(*with({"x", "y"}, {"1", "2"}));
  EXPECT_EQ(one->difference(*core_schema(*with({"y", "x"}, {"2", "1"}))), "");
  EXPECT_NE(one->difference(*core_schema(*with({"y", "x"}, {"1", "2"}))), "");
  const auto other = with({"x", "y"}, {"1", "2"})->WithMetadata(arrow::key_value_metadata({"pandas"}, {"{}"}));
  EXPECT_EQ(one->difference(*core_schema(*other)), "");
  CSchema renamed(*other);
  renamed.name = "record";
  renamed.flags = ARROW_FLAG_NULLABLE;
  EXPECT_TRUE(one->matches(renamed));
}

TEST(Schema, ExportedChildrenOutliveTheirParent) {
  const auto schema = core_schema(*arrow::schema({arrow::field("a", arrow::list(arrow::utf8()))}));
  ArrowSchema root;
  schema->export_to(&root);
  ArrowSchema moved = *root.children[0];
  root.children[0]->release = nullptr;
  root.release(&root);
  EXPECT_EQ(root.release, nullptr);
  EXPECT_STREQ(moved.format, "+l");
  EXPECT_STREQ(moved.children[0]->format, "u");
  moved.release(&moved);
  EXPECT_EQ(moved.release, nullptr);
}

// Bytes of a schema section may be anything: from_bytes throws kCorrupt or makes a schema that can be used.
void expect_safe(std::span<const std::byte> bytes) {
  try {
    const auto schema = Core::from_bytes(bytes);
    CSchema exported;
    schema->export_to(&exported);
    EXPECT_EQ(schema->difference(*schema), "");
    EXPECT_EQ(schema->bytes(), qads::arrow::encode_schema(schema->nodes()));
  } catch (const Error& error) {
    ASSERT_EQ(error.code(), Code::kCorrupt) << error.message();
  }
}

TEST(Schema, TakesNoHarmFromMutatedBytes) {
  const std::vector<std::byte> bytes = core_schema(*everything())->bytes();
  std::uint64_t seed = 7;
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20000; ++round) {
    SCOPED_TRACE(round);
    std::vector<std::byte> mutated = bytes;
    for (std::uint64_t flips = random() % 4 + 1; flips > 0; --flips) {
      const std::size_t at = random() % mutated.size();
      mutated[at] =
          round % 2 == 0 ? static_cast<std::byte>(random()) : mutated[at] ^ static_cast<std::byte>(1U << random() % 8);
    }
    if (round % 5 == 0) mutated.resize(random() % (mutated.size() + 1));
    expect_safe(mutated);
    if (HasFatalFailure()) return;
  }
}

TEST(Schema, TakesNoHarmFromTruncatedBytes) {
  const std::vector<std::byte> bytes =
      core_schema(*arrow::schema({arrow::field("a", arrow::map(arrow::utf8(), arrow::int8()))}))->bytes();
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THROW(Core::from_bytes(cut), Error) << length;
  }
}

}  // namespace
}  // namespace qads_test
