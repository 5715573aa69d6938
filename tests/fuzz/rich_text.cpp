// The formatting of messages: a tree within bounds, in steps that the size of the text bounds.
#include "model/rich_text.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "fuzz/fuzz.hpp"

namespace parley::fuzz {
namespace {

/// Of the nodes and everything in them.
std::size_t check(const std::vector<node>& all, std::size_t begin, std::size_t end, std::size_t depth) {
    expect(depth <= rich_text_max_depth, "trees have a depth");
    std::size_t count = all.size();
    for (const auto& one : all) {
        expect(one.begin >= begin && one.begin <= one.end && one.end <= end, "nodes stand one behind the other");
        begin = one.end;
        if (one.kind == node::kind_of::link)
            expect(one.url.starts_with("http://") || one.url.starts_with("https://") ||
                       one.url.starts_with("mailto:") || one.url.substr(0, 4).find_first_of("HM") == 0 ||
                       one.url.substr(0, 4).find_first_of("hm") == 0,
                   "links lead to the web or to somebody:", one.url);
        expect(is_utf8(one.text) && is_utf8(one.url) && is_utf8(one.name), "what is shown is text");
        count += check(one.children, one.begin, one.end, depth + 1);
    }
    return count;
}

}  // namespace

void rich_text(std::string_view input) {
    const auto made = parse_rich_text(input);
    if (is_utf8(input)) expect(check(made.nodes, 0, input.size(), 0) <= rich_text_max_nodes + 1, "trees have a size");
    expect(made.steps <= 64 * input.size() + 256, "the work is linear", std::to_string(made.steps));
    (void)to_text(to_json(made));
    const auto called = mentioned_usernames(made);
    expect(called.size() <= max_mentions, "few are called");
    for (const auto& one : called) {
        const auto name = parse_username(one);
        expect(name && *name == one, "who is called has a name in its one form:", one);
    }
}

}  // namespace parley::fuzz
