// The three languages. Frames are looked at, not parsed: the load generator must cost less than who it measures.
#include "load/language.hpp"

#include <fmt/format.h>

#include <charconv>

namespace parley::load {
namespace {

class parleys final : public language {
public:
    std::string path(std::string_view) const override { return "/api/v1/socket"; }
    std::string headers(std::string_view token) const override {
        return fmt::format("Authorization: Bearer {}\r\n", token);
    }
    remark kind_of(std::string_view frame) const override {
        if (frame.starts_with(R"({"type":"message.created")")) return remark::delivery;
        if (frame.starts_with(R"({"type":"answer","id":)")) return remark::answer;
        if (frame.starts_with(R"({"type":"problem","id":)")) return remark::refusal;
        if (frame.starts_with(R"({"type":"hello")")) return remark::question;
        if (frame.starts_with(R"({"type":"resumed")")) return remark::welcome;
        return remark::something_else;
    }
    std::string reply_to(std::string_view frame, std::string_view) const override {
        return fmt::format(R"({{"id":"r","command":"resume","data":{{"since":{}}}}})",
                           number_behind(frame, R"("position":)"));
    }
    std::int64_t number_of(std::string_view frame) const override { return number_behind(frame, R"("id":")"); }
    std::int64_t time_in(std::string_view delivery) const override { return number_behind(delivery, R"("text":"t)"); }
    std::string say(std::uint64_t number, std::string_view room, std::string_view text) const override {
        return fmt::format(R"({{"id":"{}","command":"message.send","data":{{"conversation":"{}","text":"{}",)"
                           R"("client_key":"load-{}"}}}})",
                           number, room, text, number);
    }
};

/// Engine.IO's digit, then Socket.IO's: 0 open, 2 ping, 3 pong, 4 message; 40 connected, 42 an event, 43 its answer.
class socket_ios final : public language {
public:
    std::string path(std::string_view) const override { return "/socket.io/?EIO=4&transport=websocket"; }
    std::string headers(std::string_view) const override { return {}; }
    remark kind_of(std::string_view frame) const override {
        if (frame.starts_with(R"(42["message.created")")) return remark::delivery;
        if (frame.starts_with("43")) return remark::answer;
        if (frame.starts_with('0') || frame.starts_with('2')) return remark::question;
        if (frame.starts_with("40")) return remark::welcome;
        return remark::something_else;
    }
    std::string reply_to(std::string_view frame, std::string_view token) const override {
        if (frame.starts_with('2')) return "3";
        return fmt::format(R"(40{{"person":{}}})", token);
    }
    std::int64_t number_of(std::string_view frame) const override { return number_behind(frame, "43"); }
    std::int64_t time_in(std::string_view delivery) const override { return number_behind(delivery, R"("text":"t)"); }
    std::string say(std::uint64_t number, std::string_view room, std::string_view text) const override {
        return fmt::format(R"(42{}["message.send",{{"conversation":{},"text":"{}"}}])", number, room, text);
    }
};

/// A letter and numbers: "s 7 12 text" says the text in room 12, "a 7" answers, "m 91 12 5 text" delivers it as number
/// 91, from person 5; "w" welcomes.
class bare final : public language {
public:
    std::string path(std::string_view token) const override { return fmt::format("/{}", token); }
    std::string headers(std::string_view) const override { return {}; }
    remark kind_of(std::string_view frame) const override {
        if (frame.starts_with("m ")) return remark::delivery;
        if (frame.starts_with("a ")) return remark::answer;
        if (frame.starts_with("w")) return remark::welcome;
        return frame.starts_with("e ") ? remark::refusal : remark::something_else;
    }
    std::string reply_to(std::string_view, std::string_view) const override { return {}; }
    std::int64_t number_of(std::string_view frame) const override { return number_behind(frame.substr(1), " "); }
    std::int64_t time_in(std::string_view delivery) const override { return number_behind(delivery, " t"); }
    std::string say(std::uint64_t number, std::string_view room, std::string_view text) const override {
        return fmt::format("s {} {} {}", number, room, text);
    }
};

}  // namespace

const language& parley_language() {
    static const parleys one;
    return one;
}

const language& socket_io_language() {
    static const socket_ios one;
    return one;
}

const language& bare_language() {
    static const bare one;
    return one;
}

std::int64_t number_behind(std::string_view text, std::string_view key) {
    const auto at = text.find(key);
    if (at == std::string_view::npos) return -1;
    std::int64_t value = -1;
    std::from_chars(text.data() + at + key.size(), text.data() + text.size(), value);
    return value;
}

}  // namespace parley::load
