// A segment file with anything in it: attach, look around, read the schema, take every batch in every form. The input is a
// list of changes to a sound segment, so that they get past the checks in front of what they change: the checksums are put
// right after them, unless the input says otherwise.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "layout/record.hpp"
#include "layout/sync.hpp"
#include "segment/header.hpp"
#include "support/base_segments.hpp"
#include "support/consume.hpp"
#include "support/input.hpp"
#include "support/verdict.hpp"

namespace {

using namespace qads_fuzz;
using namespace qads::layout;

constexpr int kMaxChanges = 64;
constexpr int kMaxBatches = 64;  // a forged ring can go on for ever

struct Part {
  std::uint64_t offset;
  std::uint64_t size;
};

// Where changes may fall: whole sections, and what is worth aiming at.
std::array<Part, 8> parts_of(const Bytes& segment, const Header& header, std::uint32_t slot) {
  const std::uint64_t slots = header.sync_offset + slots_offset(header.order_count);
  Slot found{};
  std::memcpy(static_cast<void*>(&found), segment.data() + slots + slot * sizeof(Slot), sizeof found);
  const std::uint64_t record = found.record_offset < header.data_size ? found.record_offset : 0;
  return {{{0, sizeof(Header)},
           {header.schema_offset, sizeof(SchemaHeader) + 64},
           {header.schema_offset, header.schema_size},
           {header.sync_offset, sizeof(Sync)},
           {header.sync_offset + order_offset(), header.order_count * sizeof(Word64)},
           {slots, header.slot_count * sizeof(Slot)},
           {header.data_offset + record, std::min<std::uint64_t>(2048, header.data_size - record)},
           {header.data_offset, header.data_size}}};
}

void change(Bytes& segment, const Header& header, Input& input) {
  const auto what = input.take<std::uint8_t>();
  const Part part = parts_of(segment, header, (what >> 6) % header.slot_count)[what % 8];
  const std::size_t width = std::size_t{1} << (what >> 3 & 3);
  const auto step = input.take<std::uint16_t>();
  const std::size_t at = std::min(part.offset + step * width % part.size, segment.size() - width);
  const bool adds = (what & 0x20) != 0;
  std::uint64_t value = 0;
  std::memcpy(&value, segment.data() + at, width);
  const auto given = input.take_bytes(adds ? 1 : width);
  if (adds) {
    if (!given.empty()) value += static_cast<std::uint64_t>(static_cast<std::int8_t>(given[0]));
  } else if (!given.empty()) {
    std::memcpy(&value, given.data(), given.size());
  }
  std::memcpy(segment.data() + at, &value, width);
}

void put_schema_checksum_right(Bytes& segment, const Header& header) {
  SchemaHeader schema{};
  std::memcpy(&schema, segment.data() + header.schema_offset, sizeof schema);
  if (schema.length > header.schema_size - sizeof schema) return;
  schema.checksum = fnv1a64(segment.data() + header.schema_offset + sizeof schema, schema.length);
  std::memcpy(segment.data() + header.schema_offset, &schema, sizeof schema);
}

struct Options {
  bool online;
  bool header_checksum;
  bool schema_checksum;
  bool truncated;
  std::int32_t start;
  std::int32_t loss;
};

void put_file(const Scratch& scratch, Bytes& segment, const Options& options, std::uint64_t size) {
  const int fd = ::open(scratch.file("fuzz").c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  struct stat status{};
  must(fd >= 0 && ::fstat(fd, &status) == 0, "no file");
  Header header = header_of(segment);
  if (options.online) {
    header.device = status.st_dev;
    header.inode = status.st_ino;
  }
  if (options.header_checksum) header.checksum = qads::segment::checksum(header);
  set_header(segment, header);
  must(::pwrite(fd, segment.data(), segment.size(), 0) == static_cast<ssize_t>(segment.size()), "no space");
  if (size != segment.size()) must(::ftruncate(fd, static_cast<off_t>(size)) == 0, "no other size");
  ::close(fd);
}

void look_around(qads_arena* arena) {
  qads_arena_info info{};
  info.struct_size = sizeof info;
  is_ok(qads_arena_get_info(arena, &info));
  std::array<qads_reader_state, 4> readers{};
  std::int32_t count = 0;
  is_ok(qads_arena_get_readers(arena, readers.data(), static_cast<std::int32_t>(readers.size()), &count));
}

bool take_one(qads_reader* reader, std::uint32_t form, const std::shared_ptr<arrow::Schema>& schema) {
  qads_batch_info info{};
  if (form == 0) {
    ArrowArray array{};
    const qads_status status = qads_reader_next(reader, 0, &array, &info);
    if (!is_ok(status)) return status == QADS_ERR_OVERRUN || status == QADS_ERR_CORRUPT;
    consume(&array, schema);
  } else if (form == 1) {
    qads_flat_batch batch{};
    const qads_status status = qads_reader_next_flat(reader, 0, &batch, &info);
    if (!is_ok(status)) return status == QADS_ERR_OVERRUN || status == QADS_ERR_CORRUPT;
    touch(batch);
    qads_lease_release(batch.lease);
  } else {
    ArrowArrayStream stream{};
    const qads_status status =
        form == 2 ? qads_reader_next_message(reader, 0, &stream, &info) : qads_reader_export_stream(reader, 0, &stream);
    if (!is_ok(status)) return status == QADS_ERR_OVERRUN || status == QADS_ERR_CORRUPT;
    return consume(&stream, schema) > 0 && form == 2;
  }
  return true;
}

void read_all(qads_arena* arena, const Options& options, Input forms) {
  qads_reader_options given;
  qads_reader_options_init(&given);
  given.start = options.start;
  given.loss = options.loss;
  qads_reader* reader = nullptr;
  if (!is_ok(qads_attach_reader(arena, &given, &reader))) return;
  ArrowSchema exported{};
  std::shared_ptr<arrow::Schema> schema;
  if (is_ok(qads_reader_get_schema(reader, 0, &exported))) schema = consume(&exported);
  for (int i = 0; i < kMaxBatches && take_one(reader, forms.below(4), schema); ++i) {
  }
  look_around(arena);
  qads_reader_stats stats{};
  stats.struct_size = sizeof stats;
  is_ok(qads_reader_get_stats(reader, &stats));
  is_ok(qads_reader_wait(reader, 0));
  qads_reader_free(reader);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scratch scratch;
  Input input(data, size);
  const std::vector<Bytes>& bases = base_segments();
  Bytes segment = bases[input.below(static_cast<std::uint32_t>(bases.size()))];
  const auto bits = input.take<std::uint8_t>();
  const Options options = {.online = (bits & 1) != 0,
                           .header_checksum = (bits & 2) == 0,
                           .schema_checksum = (bits & 4) == 0,
                           .truncated = (bits & 8) != 0,
                           .start = bits >> 4 & 1,
                           .loss = bits >> 5 & 1};
  const auto forms = input.take_bytes(8);
  std::uint64_t file_size = segment.size();
  if (options.truncated) file_size = input.take<std::uint32_t>() % (2 * file_size);
  const Header sound = header_of(segment);
  for (int i = 0; i < kMaxChanges && !input.empty(); ++i) change(segment, sound, input);
  if (options.schema_checksum) put_schema_checksum_right(segment, sound);
  put_file(scratch, segment, options, file_size);

  qads_attach_options attach;
  qads_attach_options_init(&attach);
  attach.directory = scratch.path();
  attach.flags = options.online ? 0 : QADS_ATTACH_OFFLINE;
  qads_arena* arena = nullptr;
  if (is_ok(qads_attach_arena("fuzz", &attach, &arena))) {
    look_around(arena);
    read_all(arena, options, Input(forms.data(), forms.size()));
    qads_arena_free(arena);
  }
  if (scratch.has("fuzz")) is_ok(qads_remove("fuzz", scratch.path(), 0));
  return 0;
}
