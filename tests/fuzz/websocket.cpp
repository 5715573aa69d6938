// Frames as our server reads them. In one way of two the input is a list of frames, which are given true lengths and
// masks, and then a second, naive reader says which messages they make.
#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "fuzz/fuzz.hpp"
#include "fuzz/loop.hpp"

namespace parley::fuzz {
namespace {

constexpr std::string_view handshake =
    "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
constexpr std::string_view compressed = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

const transport::http_options& options() {
    static const transport::http_options made{
        .websocket = {.message_bytes = 4096, .reads_per_message = 64, .close_timeout = std::chrono::milliseconds{20}}};
    return made;
}

struct ears {
    std::vector<std::string> messages;
    int closed = 0;
};

class echo final : public transport::connection_handler {
public:
    explicit echo(ears& to) : to_(to) {}
    void on_open(std::shared_ptr<transport::connection> opened) override { line_ = std::move(opened); }
    void on_message(std::string_view text, std::move_only_function<void()>) override {
        expect(is_utf8(text), "messages are UTF-8");
        expect(text.size() <= options().websocket.message_bytes, "messages are within the limit");
        expect(to_.closed == 0, "nothing is heard after the end");
        to_.messages.emplace_back(text);
        line_->send(transport::make_frame(text));
    }
    void on_close(std::uint16_t code) override {
        expect(code >= 1000 && code < 5000, "the end has a code");
        ++to_.closed;
    }

private:
    ears& to_;
    std::shared_ptr<transport::connection> line_;
};

class accepting final : public transport::http_handler {
public:
    void handle(transport::http_request, transport::http_answer answer) override { answer({}); }
    void on_upgrade(transport::http_request, transport::upgrade asked) override {
        asked.accept(std::make_unique<echo>(heard));
    }
    void on_fault(std::string_view what, std::string_view) override { expect(false, "nothing throws:", what); }
    ears heard;
};

struct read_frame {
    std::uint8_t first = 0;
    std::string payload;
};

/// With its true length and a mask.
std::string written(const read_frame& one) {
    constexpr std::string_view mask = "\x37\xfa\x21\x3d";
    std::string made{static_cast<char>(one.first)};
    const auto size = one.payload.size();
    if (size < 126) {
        made += static_cast<char>(0x80 | size);
    } else {
        made += static_cast<char>(0x80 | 126);
        made += static_cast<char>(size >> 8U);
        made += static_cast<char>(size);
    }
    made += mask;
    for (std::size_t i = 0; i < size; ++i) made += static_cast<char>(one.payload[i] ^ mask[i % 4]);
    return made;
}

std::vector<read_frame> frames_of(food& from) {
    std::vector<read_frame> all;
    while (!from.empty() && all.size() < 40) {
        read_frame one{.first = from.byte(), .payload = {}};
        one.payload = from.take(from.byte());
        all.push_back(std::move(one));
    }
    return all;
}

/// The messages up to the first frame that ends the connection.
std::vector<std::string> messages_of(const std::vector<read_frame>& all) {
    std::vector<std::string> made;
    std::string message;
    bool inside = false;
    for (const auto& [first, payload] : all) {
        const bool final = (first & 0x80U) != 0;
        const unsigned what = first & 0x0fU;
        if ((first & 0x70U) != 0) return made;
        if (what >= 8) {
            if (!final || payload.size() > 125 || what == 8 || what > 10) return made;
            continue;
        }
        if (what > 1 || (what == 0) != inside) return made;
        inside = !final;
        message += payload;
        if (message.size() > options().websocket.message_bytes) return made;
        if (!final) continue;
        if (!is_utf8(message)) return made;
        made.push_back(std::move(message));
        message.clear();
    }
    return made;
}

/// Text, pings, pongs and one close frame at the end; unmasked, with the shortest form of the length.
void check_frames(std::string_view said, bool may_compress) {
    bool over = false;
    while (!said.empty()) {
        expect(!over, "the close frame is the last one");
        expect(said.size() >= 2, "frames are whole");
        const auto first = static_cast<unsigned char>(said[0]), second = static_cast<unsigned char>(said[1]);
        const bool is_text = first == 0x81 || (may_compress && first == 0xc1);
        expect(is_text || first == 0x88 || first == 0x89 || first == 0x8a, "only known frames leave");
        expect(second <= 126, "frames to clients are not masked, and these are short");
        std::size_t head = 2, size = second;
        if (second == 126) {
            expect(is_text && said.size() >= 4, "control frames are short");
            size = static_cast<std::size_t>(static_cast<unsigned char>(said[2])) << 8U |
                   static_cast<unsigned char>(said[3]);
            expect(size >= 126, "the length has its shortest form");
            head = 4;
        }
        expect(said.size() >= head + size, "frames are whole");
        over = first == 0x88;
        said.remove_prefix(head + size);
    }
}

}  // namespace

/// The first byte: whether compression is offered, whether the input is frames or bytes; the second: in which pieces it
/// comes.
void websocket(std::string_view input) {
    food from(input);
    const auto how = from.byte();
    const std::size_t at_once = from.byte();
    const bool compresses = (how & 1U) != 0, is_list = (how & 2U) != 0;
    std::string bytes(handshake);
    if (compresses) bytes += compressed;
    bytes += "\r\n";
    std::vector<read_frame> all;
    if (is_list)
        for (const auto& one : all = frames_of(from)) bytes += written(one);
    else
        bytes += from.rest();
    accepting handler;
    const auto said = converse(bytes, at_once == 0 ? 65536 : at_once, options(), handler);
    const auto end = said.find("\r\n\r\n");
    expect(said.starts_with("HTTP/1.1 101 ") && end != std::string::npos, "the handshake is answered");
    expect(handler.heard.closed == 1, "the end is told once");
    check_frames(std::string_view(said).substr(end + 4), compresses);
    if (!is_list || compresses) return;
    auto expected = messages_of(all);
    const auto& heard = handler.heard.messages;
    // In small pieces a message may take too many reads.
    if (at_once != 0) expected.resize(std::min(expected.size(), heard.size()));
    expect(heard == expected, "two readers understand the same messages");
}

}  // namespace parley::fuzz
