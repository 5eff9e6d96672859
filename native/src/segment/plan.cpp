#include <algorithm>
#include <bit>

#include "base/error.hpp"
#include "base/text.hpp"
#include "segment/header.hpp"

namespace qads::segment {
namespace {

// Far above any memory, far below any overflow of what is computed from it.
constexpr std::uint64_t kMaxSection = std::uint64_t{1} << 46;
constexpr std::uint64_t kHugePage = std::uint64_t{2} << 20;

}  // namespace

std::string describe(const std::string& name, const std::string& path) {
  return text("segment '", name, "' (", path, ")");
}

void check_options(const std::string& name, const CreateOptions& options) {
  const auto within = [&](const char* option, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    if (value < least || value > most)
      throw Error(Code::kInvalid,
                  text("segment '", name, "': option ", option, " is ", value, ", allowed are ", least, " to ", most));
  };
  within("capacity", options.capacity, 1, kMaxSection);
  within("schema_capacity", options.schema_capacity, 1, kMaxSection);
  within("slots", options.slots, 1, layout::kMaxSlots);
  within("reader_capacity", options.reader_capacity, 1, layout::kMaxReaders);
  within("overflow", options.overflow, layout::kOverflowBlock, layout::kOverflowDropOldest);
  within("lifetime", options.lifetime, layout::kUntilDrained, layout::kKeep);
  within("evict_after_ms", options.evict_after_ms, 0, std::uint64_t{INT64_MAX} / 1'000'000);
  if (options.mode != 0600 && options.mode != 0660)
    throw Error(Code::kInvalid, text("segment '", name, "': option mode is ", std::oct, std::showbase, options.mode,
                                     ", allowed are 0600 (this user alone) and 0660 (the file's group too): whoever "
                                     "reads also writes, its own position"));
}

layout::Header plan(const CreateOptions& options, std::uint64_t page_size) {
  layout::Header header{};
  header.magic = layout::kMagic;
  header.major = layout::kMajor;
  header.minor = layout::kMinor;
  header.byte_order = layout::kByteOrderMark;
  header.page_size = static_cast<std::uint32_t>(page_size);
  header.slot_count = options.slots;
  header.order_count = std::bit_ceil(options.slots);
  header.reader_capacity = options.reader_capacity;
  header.overflow = options.overflow;
  header.lifetime = options.lifetime;
  header.evict_after_ms = options.evict_after_ms;

  header.schema_offset = page_size;
  header.schema_size = layout::align_up(options.schema_capacity + sizeof(layout::SchemaHeader), page_size);
  header.sync_offset = header.schema_offset + header.schema_size;
  header.sync_size = layout::align_up(layout::sync_bytes(header.order_count, header.slot_count), page_size);
  // Huge pages need a data section that begins at a multiple of theirs; the gap is a hole in the file and costs nothing.
  const std::uint64_t alignment = options.capacity >= kHugePage ? std::max(page_size, kHugePage) : page_size;
  header.data_offset = layout::align_up(header.sync_offset + header.sync_size, alignment);
  header.data_size = layout::align_up(options.capacity, page_size);
  header.file_size = header.data_offset + header.data_size;
  return header;
}

std::uint64_t checksum(const layout::Header& header) {
  return layout::fnv1a64(&header, offsetof(layout::Header, checksum));
}

}  // namespace qads::segment
