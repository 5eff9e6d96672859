// A schema section's bytes, decoded as they are; and what can be decoded comes out of the library as it went in.
#include <memory>
#include <span>

#include "arrow/schema.hpp"
#include "support/consume.hpp"
#include "support/verdict.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using qads::arrow::Schema;
  std::shared_ptr<const Schema> schema;
  try {
    schema = Schema::from_bytes(std::as_bytes(std::span(data, size)));
  } catch (const qads::Error& error) {
    qads_fuzz::must(error.code() == qads::Code::kCorrupt, "refused as something else than corrupt: " + error.message());
    return 0;
  }
  ArrowSchema exported{};
  schema->export_to(&exported);
  const std::shared_ptr<const Schema> again = Schema::from_arrow(exported);
  qads_fuzz::must(again->bytes() == schema->bytes(), "another schema after export and import");
  qads_fuzz::must(again->difference(*schema).empty() && schema->matches(exported), "not equal to itself");
  qads_fuzz::consume(&exported);
  return 0;
}
