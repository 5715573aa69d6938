// One server-to-client WebSocket text frame, encoded once and shared by every connection that gets it.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace parley::transport {

/// The bytes of one whole message as they go onto the wire: header and payload, unmasked, final.
/// Immutable and safe to use from any thread.
class frame {
public:
    explicit frame(std::string_view payload);

    /// The text itself.
    [[nodiscard]] std::string_view payload() const { return std::string_view{plain_}.substr(header_size_); }

    /// Header and payload, not compressed.
    [[nodiscard]] std::string_view plain() const { return plain_; }

    /// Header and payload for a connection that negotiated permessage-deflate without context takeover.
    /// Compressed at the first call, by whichever thread comes first; the same as plain() for a payload
    /// that is short or does not shrink.
    [[nodiscard]] std::string_view deflated() const;

private:
    std::string plain_;
    std::size_t header_size_;
    mutable std::once_flag deflate_once_;
    mutable std::string deflated_;  // stays empty when plain_ serves as well
};

using shared_frame = std::shared_ptr<const frame>;

/// Encodes `payload`, which must be UTF-8 text; copies it.
[[nodiscard]] shared_frame make_frame(std::string_view payload);

/// Several frames that go to the same readers in a row, side by side in memory: one entry in each reader's queue.
/// Immutable and safe to use from any thread.
class frame_run {
public:
    explicit frame_run(std::vector<shared_frame> all);

    [[nodiscard]] const std::vector<shared_frame>& frames() const { return frames_; }
    /// All of them, not compressed.
    [[nodiscard]] std::string_view plain() const { return plain_; }
    /// All of them, each as its own deflated() says.
    [[nodiscard]] std::string_view deflated() const;
    /// Bytes of the longest payload.
    [[nodiscard]] std::size_t longest() const { return longest_; }

private:
    std::vector<shared_frame> frames_;
    std::string plain_;
    std::size_t longest_ = 0;
    mutable std::once_flag deflate_once_;
    mutable std::string deflated_;
};

using shared_run = std::shared_ptr<const frame_run>;

/// Payloads shorter than this are never compressed.
inline constexpr std::size_t deflate_threshold = 256;

}  // namespace parley::transport
