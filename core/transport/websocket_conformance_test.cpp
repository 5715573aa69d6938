// RFC 6455 and RFC 7692 case by case: what is sent, which messages that makes, and how it ends.
#include <gtest/gtest.h>
#include <zlib.h>

#include <vector>

#include "transport/test_server.hpp"
#include "transport/testing/client_frames.hpp"

namespace parley::transport {
namespace {

using testing::close_frame;
using testing::masked;
using testing::raw_client;
using testing::test_server;

constexpr std::uint16_t stays_open = 0;

struct conversation {
    std::string name;
    std::string sent;
    std::vector<std::string> heard;  ///< texts as they are echoed, and pongs with "pong " in front
    std::uint16_t end = stays_open;
    bool compresses = false;
    friend void PrintTo(const conversation& of, std::ostream* to) { *to << of.name; }
};

class echo final : public connection_handler {
public:
    void on_open(std::shared_ptr<connection> opened) override { line_ = std::move(opened); }
    void on_message(std::string_view text, std::move_only_function<void()>) override { line_->send(make_frame(text)); }
    void on_close(std::uint16_t code) override { EXPECT_LE(code, 4999); }

private:
    std::shared_ptr<connection> line_;
};

struct got_frame {
    unsigned char first = 0;
    std::string payload;
};

got_frame read_frame(raw_client& from) {
    const auto head = from.read(2);
    if (head.size() < 2) return {};
    std::size_t size = static_cast<unsigned char>(head[1]);
    EXPECT_LE(size, 126U) << "masked, or longer than anything here";
    if (size == 126) {
        const auto more = from.read(2);
        size = static_cast<std::size_t>(static_cast<unsigned char>(more.at(0))) << 8U |
               static_cast<unsigned char>(more.at(1));
    }
    return {static_cast<unsigned char>(head[0]), from.read(size)};
}

class websocket_conformance : public ::testing::TestWithParam<conversation> {
protected:
    websocket_conformance() {
        on_.handler.on_handshake = [](http_request, upgrade asked) { asked.accept(std::make_unique<echo>()); };
    }
    std::string shake_hands(raw_client& by, std::string_view more) {
        by.send(std::string{testing::handshake} + std::string{more} + "\r\n");
        return by.read_response();
    }
    void expect_close(const got_frame& last, std::uint16_t code) {
        ASSERT_EQ(last.first, 0x88) << "ended without a close frame, or with something before it";
        EXPECT_EQ(last.payload.substr(0, 2), close_frame(code).substr(2));
    }

    test_server on_{http_options{.threads = 1, .websocket = {.message_bytes = 20'000}}};
};

TEST_P(websocket_conformance, is_kept) {
    const auto& [name, sent, heard, end, compresses] = GetParam();
    raw_client client(on_.server.port());
    const auto answer = shake_hands(client, compresses ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "");
    ASSERT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
    client.send(sent);
    for (const auto& one : heard) {
        const auto frame = read_frame(client);
        const bool is_pong = one.starts_with("pong ");
        ASSERT_EQ(frame.first, is_pong ? 0x8a : 0x81) << one;
        ASSERT_EQ(frame.payload, is_pong ? one.substr(5) : one);
    }
    if (end != stays_open) return expect_close(read_frame(client), end);
    client.send(masked(0x81, "still here"));
    EXPECT_EQ(read_frame(client).payload, "still here");
}

std::string deflated(std::string_view text, int flush = Z_SYNC_FLUSH) {
    z_stream zip{};
    EXPECT_EQ(deflateInit2(&zip, Z_BEST_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    std::string out(deflateBound(&zip, text.size()) + 16, '\0');
    zip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    zip.avail_in = static_cast<uInt>(text.size());
    zip.next_out = reinterpret_cast<Bytef*>(out.data());
    zip.avail_out = static_cast<uInt>(out.size());
    deflate(&zip, flush);
    out.resize(zip.total_out - (flush == Z_SYNC_FLUSH ? 4U : 0U));
    deflateEnd(&zip);
    return out;
}

std::string close_with(std::uint16_t code, std::string_view reason = {}) {
    return masked(0x88, close_frame(code).substr(2) + std::string(reason));
}

/// A header whose length is written in more bytes than it needs.
std::string long_winded(unsigned char form, std::string_view length, std::string_view payload) {
    return std::string{"\x81"} + static_cast<char>(0x80 | form) + std::string(length) + std::string(4, '\0') +
           std::string(payload);
}

std::vector<conversation> framing() {
    const std::string smile = "\xf0\x9f\x98\x80";
    std::vector<conversation> all{
        {"empty_fragments_around", masked(0x01, "") + masked(0x00, "a") + masked(0x80, ""), {"a"}},
        {"empty_message_of_fragments", masked(0x01, "") + masked(0x80, ""), {""}},
        {"pings_between_fragments",
         masked(0x01, "a") + masked(0x89, "1") + masked(0x89, "2") + masked(0x80, "b"),
         {"pong 1", "pong 2", "ab"}},
        {"ping_of_125_bytes", masked(0x89, std::string(125, 'p')), {"pong " + std::string(125, 'p')}},
        {"ping_without_words", masked(0x89, ""), {"pong "}},
        {"pong_nobody_asked_for", masked(0x8a, "?") + masked(0x81, "a"), {"a"}},
        {"pong_between_fragments", masked(0x01, "a") + masked(0x8a, "") + masked(0x80, "b"), {"ab"}},
        {"two_messages_in_fragments",
         masked(0x01, "a") + masked(0x80, "b") + masked(0x01, "c") + masked(0x80, "d"),
         {"ab", "cd"}},
        {"length_of_16_bits", masked(0x81, std::string(126, 'a')), {std::string(126, 'a')}},
        {"long_form_of_a_short_length", long_winded(126, std::string("\0\5", 2), "hello"), {}, 1002},
        {"longest_form_of_a_short_length", long_winded(127, std::string("\0\0\0\0\0\0\0\5", 8), "hello"), {}, 1002},
        {"length_with_the_highest_bit", long_winded(127, std::string("\x80\0\0\0\0\0\0\5", 8), "hello"), {}, 1009},
        {"third_reserved_bit", masked(0x91, "a"), {}, 1002},
        {"all_reserved_bits", masked(0xf1, "a"), {}, 1002},
        {"reserved_bit_on_a_ping", masked(0xc9, "a"), {}, 1002},
        {"reserved_bit_on_a_close", masked(0xc8, ""), {}, 1002},
        {"ping_of_126_bytes_between_fragments", masked(0x01, "a") + masked(0x89, std::string(126, 'p')), {}, 1002},
        {"ping_in_fragments_between_fragments", masked(0x01, "a") + masked(0x09, "p"), {}, 1002},
        {"continuation_after_the_end", masked(0x01, "a") + masked(0x80, "b") + masked(0x80, "c"), {"ab"}, 1002},
        {"good_before_bad", masked(0x81, "a") + masked(0x83, ""), {"a"}, 1002},
        {"unmasked_later", masked(0x81, "a") + "\x81\x01x", {"a"}, 1002},
        {"unmasked_ping", std::string("\x89\0", 2), {}, 1002},
        {"binary_in_fragments", masked(0x02, "a") + masked(0x80, "b"), {}, 1003},
        {"character_over_fragments",
         masked(0x01, smile.substr(0, 1)) + masked(0x00, smile.substr(1, 2)) + masked(0x80, smile.substr(3)),
         {smile}},
        {"character_around_a_ping",
         masked(0x01, smile.substr(0, 2)) + masked(0x89, "p") + masked(0x80, smile.substr(2)),
         {"pong p", smile}},
        {"character_that_goes_wrong_later", masked(0x01, smile.substr(0, 2)) + masked(0x80, "x"), {}, 1007},
        {"character_that_does_not_end", masked(0x01, "a") + masked(0x80, smile.substr(0, 3)), {}, 1007},
        {"character_that_an_empty_fragment_cuts_short",
         masked(0x01, smile.substr(0, 3)) + masked(0x00, "") + masked(0x80, ""),
         {},
         1007},
        {"overlong_slash", masked(0x81, "\xc0\xaf"), {}, 1007},
        {"beyond_unicode", masked(0x81, "\xf4\x90\x80\x80"), {}, 1007},
        {"surrogate_over_fragments", masked(0x01, "\xed") + masked(0x80, "\xa0\x80"), {}, 1007},
        {"last_character_of_unicode", masked(0x81, "\xf4\x8f\xbf\xbf"), {"\xf4\x8f\xbf\xbf"}},
        {"nul", masked(0x81, std::string("a\0b", 3)), {std::string("a\0b", 3)}},
    };
    for (const unsigned opcode : {4U, 5U, 6U, 7U, 11U, 12U, 13U, 14U, 15U})
        all.push_back(
            {"opcode_" + std::to_string(opcode), masked(static_cast<unsigned char>(0x80U | opcode), "x"), {}, 1002});
    return all;
}

std::vector<conversation> closing() {
    std::vector<conversation> all{
        {"without_a_code", masked(0x88, ""), {}, 1000},
        {"with_a_reason", close_with(1000, "Grüße"), {}, 1000},
        {"reason_of_123_bytes", close_with(1000, std::string(123, 'r')), {}, 1000},
        {"of_126_bytes", close_with(1000, std::string(124, 'r')), {}, 1002},
        {"with_half_a_code", masked(0x88, "\x03"), {}, 1002},
        {"in_fragments", masked(0x08, "\x03\xe8"), {}, 1002},
        {"reason_that_is_no_text", close_with(1000, "\xc3\x28"), {}, 1002},
        {"in_the_middle_of_a_message", masked(0x01, "a") + close_with(1001), {}, 1001},
        {"what_follows_is_not_heard", close_with(1000) + masked(0x81, "a"), {}, 1000},
    };
    for (const unsigned code :
         {1000U, 1001U, 1002U, 1003U, 1007U, 1008U, 1009U, 1010U, 1011U, 3000U, 3999U, 4000U, 4999U,
          // Of no range at all; the RFC does not say what becomes of them.
          5000U, 65535U})
        all.push_back({"code_" + std::to_string(code),
                       close_with(static_cast<std::uint16_t>(code)),
                       {},
                       static_cast<std::uint16_t>(code)});
    for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 1014U, 1016U, 1100U, 2000U, 2999U})
        all.push_back({"no_code_" + std::to_string(code), close_with(static_cast<std::uint16_t>(code)), {}, 1002});
    return all;
}

std::vector<conversation> compression() {
    const auto hello = deflated("Hello");
    const auto first = static_cast<unsigned char>(0x41);
    const std::string zeros(400'000, 'z');
    return {
        {"of_the_rfc", masked(0xc1, std::string("\xf2\x48\xcd\xc9\xc9\x07\x00", 7)), {"Hello"}, stays_open, true},
        {"of_the_rfc_without_compressing",
         masked(0xc1, std::string("\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", 11)),
         {"Hello"},
         stays_open,
         true},
        {"of_the_rfc_in_two_blocks",
         masked(0xc1, std::string("\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", 13)),
         {"Hello"},
         stays_open,
         true},
        // A sender may end with a last block (RFC 7692, 7.2.3.4), and Beast does not read on after one. No client is
        // known to do so; it is told, and not left without a word.
        {"of_the_rfc_with_a_last_block",
         masked(0xc1, std::string("\xf3\x48\xcd\xc9\xc9\x07\x00\x00", 8)),
         {},
         1007,
         true},
        {"plain_although_agreed", masked(0x81, "Hello"), {"Hello"}, stays_open, true},
        {"nothing_compressed", masked(0xc1, std::string(1, '\0')), {""}, stays_open, true},
        {"in_fragments",
         masked(first, hello.substr(0, 3)) + masked(0x80, hello.substr(3)),
         {"Hello"},
         stays_open,
         true},
        {"in_fragments_around_a_ping",
         masked(first, hello.substr(0, 1)) + masked(0x89, "p") + masked(0x00, hello.substr(1)) + masked(0x80, ""),
         {"pong p", "Hello"},
         stays_open,
         true},
        {"twice_without_context", masked(0xc1, hello) + masked(0xc1, hello), {"Hello", "Hello"}, stays_open, true},
        {"bit_on_a_continuation", masked(first, hello.substr(0, 3)) + masked(0xc0, hello.substr(3)), {}, 1002, true},
        {"bit_on_a_ping", masked(0xc9, "p"), {}, 1002, true},
        {"second_reserved_bit", masked(0xe1, hello), {}, 1002, true},
        {"no_text_inside", masked(0xc1, deflated("\xc3\x28")), {}, 1007, true},
        {"nonsense", masked(0xc1, std::string("\xff\xff\xff\xff\xff", 5)), {}, 1007, true},
        {"reference_before_the_beginning", masked(0xc1, std::string("\x02\x07\x00", 3)), {}, 1007, true},
        {"bomb_in_fragments",
         masked(first, deflated(zeros).substr(0, 50)) + masked(0x80, deflated(zeros).substr(50)),
         {},
         1009,
         true},
        {"bomb_of_last_blocks", masked(0xc1, deflated(zeros, Z_FINISH) + deflated(zeros, Z_FINISH)), {}, 1009, true},
    };
}

const auto name_of = [](const auto& of) { return of.param.name; };
INSTANTIATE_TEST_SUITE_P(framing, websocket_conformance, ::testing::ValuesIn(framing()), name_of);
INSTANTIATE_TEST_SUITE_P(closing, websocket_conformance, ::testing::ValuesIn(closing()), name_of);
INSTANTIATE_TEST_SUITE_P(compression, websocket_conformance, ::testing::ValuesIn(compression()), name_of);

/// What is offered, and what of it is agreed to; "" for none.
struct offer {
    std::string name;
    std::string offered;
    std::string agreed;
    friend void PrintTo(const offer& of, std::ostream* to) { *to << of.name; }
};

class websocket_offers : public ::testing::TestWithParam<offer> {};

TEST_P(websocket_offers, are_taken_as_the_rfc_says) {
    test_server on{http_options{.threads = 1, .websocket = {}}};
    on.handler.on_handshake = [](http_request, upgrade asked) { asked.accept(std::make_unique<echo>()); };
    raw_client client(on.server.port());
    client.send(std::string{testing::handshake} + "Sec-WebSocket-Extensions: " + GetParam().offered + "\r\n\r\n");
    const auto answer = client.read_response();
    ASSERT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
    const auto at = answer.find("Sec-WebSocket-Extensions: ");
    const auto agreed = at == std::string::npos ? "" : answer.substr(at + 26, answer.find("\r\n", at) - at - 26);
    EXPECT_EQ(agreed, GetParam().agreed);
    client.send(masked(0x81, "x"));
    EXPECT_EQ(read_frame(client).payload, "x");
}

INSTANTIATE_TEST_SUITE_P(
    , websocket_offers,
    ::testing::Values(offer{"plain", "permessage-deflate",
                            "permessage-deflate; server_no_context_takeover; client_no_context_takeover"},
                      offer{"another", "x-webkit-deflate-frame", ""},
                      offer{"unknown_parameter", "permessage-deflate; colour=red", ""},
                      offer{"window_too_small", "permessage-deflate; server_max_window_bits=7", ""},
                      offer{"window_too_large", "permessage-deflate; server_max_window_bits=16", ""},
                      offer{"window_that_is_no_number", "permessage-deflate; client_max_window_bits=x", ""},
                      offer{"window_without_number", "permessage-deflate; server_max_window_bits", ""},
                      offer{"parameter_twice",
                            "permessage-deflate; server_max_window_bits=10; server_max_window_bits=11", ""}),
    [](const auto& of) { return of.param.name; });

}  // namespace
}  // namespace parley::transport
