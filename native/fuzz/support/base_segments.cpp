#include "support/base_segments.hpp"

#include <cstring>

#include "support/random_arrays.hpp"
#include "support/record_round_trip.hpp"
#include "support/verdict.hpp"

namespace qads_fuzz {
namespace {

constexpr int kColumns = 12;
constexpr std::uint64_t kSegments = 12;  // which between them have most types
constexpr std::int64_t kRows = 9;
constexpr std::int64_t kCapacity = 64 << 10;

// A message of one batch, then one of two, then the end.
Bytes written(const Scratch& scratch, const std::shared_ptr<arrow::Schema>& schema, std::uint64_t seed) {
  qads_arena_options options = small_arena(scratch, kCapacity);
  options.schema_capacity = 8192;
  options.lifetime = QADS_LIFETIME_KEEP;
  qads_arena* arena = nullptr;
  qads_writer* writer = nullptr;
  must_be_ok(qads_create_arena("base", &options, &arena));
  const qads_test::CSchema c_schema(*schema);
  must_be_ok(qads_create_writer(arena, &c_schema, nullptr, &writer));
  qads_test::RandomArrays random(seed);
  for (const std::uint32_t flags : {0U, std::uint32_t{QADS_WRITE_MORE}, 0U}) {
    const auto nulls = flags == 0 ? qads_test::Nulls::kRandom : qads_test::Nulls::kNone;
    const qads_test::CArray array(*random.batch(schema, kRows, nulls));
    must_be_ok(qads_writer_write(writer, &array, nullptr, flags, 0));
  }
  must_be_ok(qads_writer_finish(writer));
  qads_writer_free(writer);
  qads_arena_free(arena);
  return read_file(scratch.file("base"));
}

std::vector<Bytes> make() {
  std::vector<Bytes> segments = {read_file(QADS_TEST_DATA_DIR "/golden/segment_v1.0.qads")};
  const Scratch scratch;
  for (std::uint64_t seed = 0; seed < kSegments; ++seed) {
    segments.push_back(written(scratch, qads_test::RandomArrays(seed).schema(kColumns), seed));
  }
  return segments;
}

}  // namespace

const std::vector<Bytes>& base_segments() {
  static const std::vector<Bytes> segments = make();
  return segments;
}

qads::layout::Header header_of(const Bytes& segment) {
  qads::layout::Header header;
  std::memcpy(&header, segment.data(), sizeof header);
  return header;
}

void set_header(Bytes& segment, const qads::layout::Header& header) {
  std::memcpy(segment.data(), &header, sizeof header);
}

}  // namespace qads_fuzz
