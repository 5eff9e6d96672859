#include "arrow/copy_out.hpp"

#include <cstring>
#include <new>

#include "arrow/copy.hpp"
#include "base/text.hpp"

namespace qads::arrow {
namespace {

constexpr std::align_val_t kAlignment{layout::kBufferAlignment};

std::uint64_t padded(std::int64_t bytes) {
  return (static_cast<std::uint64_t>(bytes) + layout::kBufferAlignment - 1) & ~(layout::kBufferAlignment - 1);
}

}  // namespace

void CopiedBatch::Free::operator()(std::byte* owned) const noexcept { ::operator delete[](owned, kAlignment); }

std::unique_ptr<CopiedBatch> copy_batch(const Schema& schema, const qads_node* nodes, const qads_buffer* buffers) {
  auto copy = std::make_unique<CopiedBatch>();
  copy->nodes.assign(nodes, nodes + schema.rules().size());
  std::int64_t count = 0;
  for (const qads_node& node : copy->nodes) count += node.buffer_count;
  copy->buffers.assign(buffers, buffers + count);
  for (const qads_buffer& buffer : copy->buffers) copy->bytes += padded(buffer.length);
  copy->memory.reset(static_cast<std::byte*>(::operator new[](copy->bytes, kAlignment, std::nothrow)));
  if (!copy->memory) throw Error(Code::kNoMemory, text("no memory to copy a batch of ", copy->bytes, " bytes"));

  const Streaming streaming = streaming_for(copy->bytes);
  std::byte* to = copy->memory.get();
  for (qads_buffer& buffer : copy->buffers) {
    if (buffer.length == 0) continue;
    const std::uint64_t bytes = padded(buffer.length);
    std::memset(to + bytes - layout::kBufferAlignment, 0, layout::kBufferAlignment);
    copy_bytes(to, static_cast<const std::byte*>(buffer.address), static_cast<std::uint64_t>(buffer.length), streaming);
    buffer.address = to;
    to += bytes;
  }
  if (streaming == Streaming::kYes) finish_streaming();
  return copy;
}

Owner owner_of(std::unique_ptr<CopiedBatch> batch) noexcept {
  return {.release = [](void* context) noexcept { delete static_cast<CopiedBatch*>(context); },
          .context = batch.release()};
}

}  // namespace qads::arrow
