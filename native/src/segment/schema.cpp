// The schema section: written once, its state word last; read by copying, so that nothing is looked at twice.
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"
#include "os/fault_point.hpp"
#include "segment/header.hpp"
#include "segment/segment.hpp"
#include "segment/space.hpp"

namespace qads::segment {

constexpr std::uint32_t kNoSchema = 0;
constexpr std::uint32_t kSchemaComplete = 1;

void Segment::write_schema(std::span<const std::byte> bytes) {
  const std::string who = describe(name_, path_);
  if (!creator_) throw Error(Code::kInternal, text(who, ": only its creator writes the schema"));
  if (sync_->schema_state.load(std::memory_order_relaxed) != kNoSchema)
    throw Error(Code::kInvalid, text(who, ": its schema is set already"));
  const std::uint64_t room = header_.schema_size - sizeof(layout::SchemaHeader);
  if (bytes.size() > room)
    throw Error(Code::kWouldNotFit, text(who, ": the schema takes ", bytes.size(), " bytes, its section has room for ",
                                         room, "; create the segment with a larger schema_capacity"));
  const std::uint64_t size = layout::align_up(sizeof(layout::SchemaHeader) + bytes.size(), header_.page_size);
  reserve_part(file_.fd(), who, "the schema section", header_.schema_offset, size);
  QADS_FAULT_POINT("schema.reserved");
  const os::Mapping section(file_.fd(), header_.schema_offset, size, os::Access::kReadWrite);
  const layout::SchemaHeader head{bytes.size(), layout::fnv1a64(bytes.data(), bytes.size())};
  std::memcpy(section.data(), &head, sizeof head);
  if (!bytes.empty()) std::memcpy(section.data() + sizeof head, bytes.data(), bytes.size());
  QADS_FAULT_POINT("schema.written");
  // Pairs with the acquire in read_schema: who sees the state sees the bytes.
  sync_->schema_state.store(kSchemaComplete, std::memory_order_release);
  QADS_FAULT_POINT("schema.announced");
}

std::optional<std::vector<std::byte>> Segment::read_schema() const {
  const std::uint32_t state = sync_->schema_state.load(std::memory_order_acquire);
  if (state == kNoSchema) return std::nullopt;
  const auto corrupt = [&](const std::string& what) {
    throw Error(Code::kCorrupt, text(describe(name_, path_), ": ", what,
                                     ": the file is damaged; remove it and create the segment again"));
  };
  if (state != kSchemaComplete) corrupt(text("schema_state is ", state, ", allowed are 0 and 1"));
  // By reading instead of mapping: a file cut short by somebody is then an error, not a SIGBUS.
  const int fd = readable_fd();
  layout::SchemaHeader head{};
  if (os::read_at(fd, header_.schema_offset, &head, sizeof head, path_) != sizeof head)
    corrupt("truncated within the schema section");
  const std::uint64_t room = header_.schema_size - sizeof head;
  if (head.length > room) corrupt(text("the schema's length is ", head.length, ", allowed are 0 to ", room));
  std::vector<std::byte> bytes(head.length);
  if (os::read_at(fd, header_.schema_offset + sizeof head, bytes.data(), bytes.size(), path_) != bytes.size())
    corrupt("truncated within the schema section");
  const std::uint64_t found = layout::fnv1a64(bytes.data(), bytes.size());
  if (found != head.checksum) corrupt(text("the schema's checksum is ", head.checksum, ", its bytes give ", found));
  return bytes;
}

}  // namespace qads::segment
