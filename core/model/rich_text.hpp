// The formatting of a message as a tree that is safe to show: it holds text and links, never markup.
#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace parley {

/// One piece of a formatted text. What is used depends on the kind; everything else is empty.
struct node {
    enum class kind_of : unsigned char {
        text = 1,    ///< text: literal, emoji included
        bold,        ///< children
        italic,      ///< children
        code,        ///< text
        code_block,  ///< text, lines joined by \n; name: the language as written, may be empty
        quote,       ///< children
        link,        ///< url: http, https or mailto, as written; children
        mention,     ///< text as written, name: the username in its one form; nobody of that name need exist
        channel,     ///< text as written, name: without the #, as written; no such channel need exist
        line_break   ///< text: one line feed
    };

    kind_of kind = kind_of::text;
    std::string text;
    std::string url;
    std::string name;
    std::vector<node> children;
    std::size_t begin = 0;  ///< first byte in the source
    std::size_t end = 0;    ///< one behind the last byte in the source
};

struct rich_text {
    std::vector<node> nodes;
    std::size_t steps = 0;  ///< work done; at most a small multiple of the size of the source
};

constexpr std::size_t rich_text_max_depth = 8;     ///< levels of the tree; what would be deeper stays text
constexpr std::size_t rich_text_max_nodes = 2000;  ///< in the whole tree; what comes after stays text
constexpr std::size_t max_mentions = 50;           ///< different usernames that one message can call

/// Reads *bold* **bold** _italic_ `code` ```code block``` > quote, [label](url), bare URLs, @username and #channel.
/// Emphasis, links and code do not reach over the end of a line; a code block that is not closed reaches to the end.
/// Never fails: what does not fit these forms is text. Time is linear in the source whatever it holds.
/// `source` is UTF-8 that passed check_text; bytes that are not UTF-8 make all of it text.
[[nodiscard]] rich_text parse_rich_text(std::string_view source);

/// Whether it can be seen at once that a text is one piece without any formatting, as most are. False says nothing.
[[nodiscard]] bool is_surely_plain(std::string_view source);

/// As clients get it: [{"type":"bold","children":[...]}, {"type":"mention","username":"ann","text":"@Ann"}, ...].
[[nodiscard]] boost::json::array to_json(const rich_text& of);

/// The usernames that a text mentions outside of code and links, each once, in order, at most max_mentions.
[[nodiscard]] std::vector<std::string> mentioned_usernames(std::string_view source);
[[nodiscard]] std::vector<std::string> mentioned_usernames(const rich_text& of);

}  // namespace parley
