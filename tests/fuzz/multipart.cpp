// Bodies in parts: however they are cut, what is read is the same.
#include "transport/multipart_reader.hpp"

#include <vector>

#include "fuzz/fuzz.hpp"

namespace parley::fuzz {
namespace {

class collecting final : public transport::part_taker {
public:
    struct part {
        std::string field, name, type, body;
        bool is_file = false, ended = false;
        bool operator==(const part&) const = default;
    };

    result<void> begin(transport::part_head head) override {
        expect(all.empty() || all.back().ended, "one part begins when the last is over");
        all.push_back({.field = head.field, .name = head.name, .type = head.type, .body = {}, .is_file = head.is_file});
        return {};
    }
    result<void> data(std::string_view bytes) override {
        expect(!all.empty() && !all.back().ended, "data belong to a part");
        all.back().body += bytes;
        return {};
    }
    result<void> end() override {
        expect(!all.empty() && !all.back().ended, "a part ends once");
        all.back().ended = true;
        return {};
    }

    std::vector<part> all;
};

std::string read(std::string_view body, std::string_view boundary, std::size_t at_once, collecting& into) {
    transport::multipart_reader reader(boundary, into);
    for (std::size_t at = 0; at < body.size(); at += at_once)
        if (auto fed = reader.feed(body.substr(at, at_once)); !fed) return fed.error().code;
    const auto ended = reader.finish();
    return ended ? "" : ended.error().code;
}

}  // namespace

/// The first byte says in which pieces the body comes; what stands before the first line feed is its Content-Type.
void multipart(std::string_view input) {
    food from(input);
    const std::size_t at_once = 1 + from.byte() % 64;
    const auto line = from.rest().substr(0, from.rest().find('\n'));
    const auto body = from.rest().substr(std::min(line.size() + 1, from.rest().size()));
    const auto boundary = transport::multipart_reader::boundary_in(line).value_or("b");
    expect(!boundary.empty() && boundary.size() <= 70, "a boundary has 1 to 70 bytes");
    collecting whole, pieces;
    const auto one = read(body, boundary, std::max<std::size_t>(body.size(), 1), whole);
    const auto other = read(body, boundary, at_once, pieces);
    expect(one == other, "the same is wrong with it:", one + " " + other);
    if (one.empty()) expect(whole.all == pieces.all, "the parts are the same");
}

}  // namespace parley::fuzz
