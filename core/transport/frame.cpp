// How a text frame is laid out (RFC 6455) and compressed (RFC 7692, no context takeover).
#include "transport/frame.hpp"

#include <zlib.h>
#include <algorithm>
#include <new>
#include <utility>

namespace parley::transport {
namespace {

constexpr unsigned char final_text = 0x81;
constexpr unsigned char compressed_bit = 0x40;
constexpr std::size_t flush_marker = 4;  // 00 00 ff ff, which the protocol leaves out

void append_big_endian(std::string& to, std::size_t value, int bytes) {
    for (int shift = (bytes - 1) * 8; shift >= 0; shift -= 8) to.push_back(static_cast<char>((value >> shift) & 0xff));
}

std::size_t append_header(std::string& to, unsigned char first, std::size_t payload_size) {
    to.push_back(static_cast<char>(first));
    if (payload_size < 126) {
        to.push_back(static_cast<char>(payload_size));
    } else if (payload_size <= 0xffff) {
        to.push_back(126);
        append_big_endian(to, payload_size, 2);
    } else {
        to.push_back(127);
        append_big_endian(to, payload_size, 8);
    }
    return to.size();
}

// One zlib state per thread: it weighs a quarter of a megabyte, so it is kept and reset rather than made for each
// frame.
class deflater {
public:
    deflater() {
        if (deflateInit2(&state_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
            throw std::bad_alloc{};
        }
    }
    ~deflater() { deflateEnd(&state_); }
    deflater(const deflater&) = delete;
    deflater& operator=(const deflater&) = delete;

    std::string compress(std::string_view payload) {
        deflateReset(&state_);
        std::string out(deflateBound(&state_, payload.size()) + 16, '\0');
        state_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
        state_.avail_in = static_cast<uInt>(payload.size());
        state_.next_out = reinterpret_cast<Bytef*>(out.data());
        state_.avail_out = static_cast<uInt>(out.size());
        deflate(&state_, Z_SYNC_FLUSH);
        out.resize(out.size() - state_.avail_out - flush_marker);
        return out;
    }

private:
    z_stream state_{};
};

}  // namespace

frame::frame(std::string_view payload) {
    plain_.reserve(payload.size() + 10);
    header_size_ = append_header(plain_, final_text, payload.size());
    plain_.append(payload);
}

std::string_view frame::deflated() const {
    if (plain_.size() - header_size_ < deflate_threshold) return plain_;
    std::call_once(deflate_once_, [this] {
        thread_local deflater zip;
        const auto body = zip.compress(payload());
        std::string whole;
        whole.reserve(body.size() + 10);
        append_header(whole, final_text | compressed_bit, body.size());
        whole += body;
        if (whole.size() < plain_.size()) deflated_ = std::move(whole);
    });
    return deflated_.empty() ? std::string_view{plain_} : std::string_view{deflated_};
}

frame_run::frame_run(std::vector<shared_frame> all) : frames_(std::move(all)) {
    std::size_t size = 0;
    for (const auto& one : frames_) size += one->plain().size();
    plain_.reserve(size);
    for (const auto& one : frames_) {
        plain_ += one->plain();
        longest_ = std::max(longest_, one->payload().size());
    }
}

std::string_view frame_run::deflated() const {
    std::call_once(deflate_once_, [this] {
        for (const auto& one : frames_) deflated_ += one->deflated();
    });
    return deflated_;
}

shared_frame make_frame(std::string_view payload) { return std::make_shared<const frame>(payload); }

}  // namespace parley::transport
