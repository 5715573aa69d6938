// Formatting: what becomes what, and that nothing a stranger writes costs more than its length.
#include "model/rich_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <chrono>
#include <random>
#include <set>

#include "base/text.hpp"

namespace parley {
namespace {

/// A tree in brackets: b(bold), i(italic), c(code), pre:lang(code block), q(quote), a<url>(link), @name, #name, / for a
/// line break; text stands as it is.
std::string shape(const std::vector<node>& nodes) {
    std::string out;
    for (const node& each : nodes) {
        using enum node::kind_of;
        switch (each.kind) {
            case text:
                out += each.text;
                break;
            case bold:
                out += "b(" + shape(each.children) + ")";
                break;
            case italic:
                out += "i(" + shape(each.children) + ")";
                break;
            case code:
                out += "c(" + each.text + ")";
                break;
            case code_block:
                out += "pre:" + each.name + "(" + each.text + ")";
                break;
            case quote:
                out += "q(" + shape(each.children) + ")";
                break;
            case link:
                out += "a<" + each.url + ">(" + shape(each.children) + ")";
                break;
            case mention:
                out += "<@" + each.name + ">";
                break;
            case channel:
                out += "<#" + each.name + ">";
                break;
            case line_break:
                out += "/";
                break;
        }
    }
    return out;
}

std::string shape(std::string_view source) { return shape(parse_rich_text(source).nodes); }

struct example {
    std::string_view source;
    std::string_view shape;
};

void expect_shapes(std::initializer_list<example> examples) {
    for (const example& each : examples) EXPECT_EQ(shape(each.source), each.shape) << "source: " << each.source;
}

TEST(rich_text, emphasis) {
    expect_shapes({
        {"", ""},
        {"plain", "plain"},
        {"*bold*", "b(bold)"},
        {"**bold**", "b(bold)"},
        {"***bold***", "b(bold)"},
        {"_italic_", "i(italic)"},
        {"a *b* c _d_ e", "a b(b) c i(d) e"},
        {"*a _b_ c*", "b(a i(b) c)"},
        {"_*both*_", "i(b(both))"},
        {"(*x*), \"_y_\".", "(b(x)), \"i(y)\"."},
        {"5 *3 and *bold*", "5 *3 and b(bold)"},
        {"2 * 3 * 4", "2 * 3 * 4"},
        {"2*3*4", "2*3*4"},
        {"snake_case_name", "snake_case_name"},
        {"__init__", "__init__"},
        {"****", "****"},
        {"* *", "* *"},
        {"*open", "*open"},
        {"close*", "close*"},
        {"*a _b* c_", "b(a _b) c_"},
        {"*a\nb*", "*a/b*"},
        {"これは*太字*です", "これはb(太字)です"},
        {"*\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9*", "b(\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9)"},
        {"*مرحبا*", "b(مرحبا)"},
        {"*e\u0301*", "b(e\u0301)"},
    });
}

TEST(rich_text, code) {
    expect_shapes({
        {"`x`", "c(x)"},
        {"`*x* @ann https://a.b`", "c(*x* @ann https://a.b)"},
        {"`a``b`", "c(a``b)"},
        {"`` ` ``", "c(`)"},
        {"`open", "`open"},
        {"*a `b* c` d*", "b(a c(b* c) d)"},
        {"```one line```", "c(one line)"},
        {"```\na\n  b\n```", "pre:(a\n  b)"},
        {"```cpp\nint x;\n```\nafter", "pre:cpp(int x;)after"},
        {"```int x;\ny\n```", "pre:(int x;\ny)"},
        {"```\nfoo\nbar```", "pre:(foo\nbar)"},
        {"```\nnever closed @ann", "pre:(never closed @ann)"},
        {"before\n```\n*x*\n```\n*y*", "beforepre:(*x*)b(y)"},
        {"```\n```", "pre:()"},
        {"`````````", "`````````"},
    });
}

TEST(rich_text, quotes_and_lines) {
    expect_shapes({
        {"a\nb", "a/b"},
        {"a\n\nb\n", "a//b/"},
        {"> q", "q(q)"},
        {"> a\n> *b*\nc", "q(a/b(b))c"},
        {">", "q()"},
        {">\n> a", "q(/a)"},
        {"> > deep\n> less", "q(q(deep)less)"},
        {">:(", ">:("},
        {"a > b", "a > b"},
        {"> ```\n> code\n> ```\nout", "q(pre:(code))out"},
    });
}

TEST(rich_text, links) {
    expect_shapes({
        {"https://a.example", "a<https://a.example>(https://a.example)"},
        {"see http://a.example/x_y_z?q=1#f.", "see a<http://a.example/x_y_z?q=1#f>(http://a.example/x_y_z?q=1#f)."},
        {"(https://a.example/x_(y))", "(a<https://a.example/x_(y)>(https://a.example/x_(y)))"},
        {"*https://a.example*", "b(a<https://a.example>(https://a.example))"},
        {"mailto:ann@a.example", "a<mailto:ann@a.example>(mailto:ann@a.example)"},
        {"HTTPS://A.example", "a<HTTPS://A.example>(HTTPS://A.example)"},
        {"http://[::1]:80/x", "a<http://[::1]:80/x>(http://[::1]:80/x)"},
        {"http://[nothing", "http://[nothing"},
        {"[name](https://a.example)", "a<https://a.example>(name)"},
        {"[*b* c](https://a.example/(x))", "a<https://a.example/(x)>(b(b) c)"},
        {"[https://a.example](https://b.example)", "a<https://b.example>(https://a.example)"},
        {"[@ann #x](https://b.example)", "a<https://b.example>(@ann #x)"},
        {"[*@ann*](https://b.example)", "a<https://b.example>(b(@ann))"},
        {"[a [b](https://b.example) c](https://c.example)",
         "[a a<https://b.example>(b) c](a<https://c.example>(https://c.example))"},
        {"[](https://a.example)", "[](a<https://a.example>(https://a.example))"},
        {"[a](x)", "[a](x)"},
        {"[a] (https://a.example)", "[a] (a<https://a.example>(https://a.example))"},
        {"xhttps://a.example", "xhttps://a.example"},
        {"https://", "https://"},
        {"https:// a", "https:// a"},
        {"!", "!"},
    });
}

TEST(rich_text, only_three_schemes_are_links) {
    for (const std::string_view bad :
         {"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
          "//a.example", "/x", "http:a", "\\\\a", "https:\\\\a", " https://a", "https://a\" onclick=\"x", "https://a<b",
          "https://a b", "java\tscript:alert(1)", "ftp://a.example", "&#106;avascript:alert(1)"}) {
        for (const std::string& source : {std::string(bad), "[x](" + std::string(bad) + ")"}) {
            for (const node& each : parse_rich_text(source).nodes) {
                if (each.kind != node::kind_of::link) continue;
                EXPECT_TRUE(each.url.starts_with("https://a")) << source << " -> " << each.url;
                EXPECT_EQ(each.url.find_first_of("<>\"`\\ \t"), std::string::npos) << source << " -> " << each.url;
            }
        }
    }
    EXPECT_EQ(shape("javascript:alert(1)"), "javascript:alert(1)");
    EXPECT_EQ(shape("[x](javascript:alert(1))"), "[x](javascript:alert(1))");
    EXPECT_EQ(shape("![x](data:image/png;base64,AA)"), "![x](data:image/png;base64,AA)");
}

TEST(rich_text, mentions_and_channels) {
    expect_shapes({
        {"@ann", "<@ann>"},
        {"Hi @Ann, and @bob.b!", "Hi <@ann>, and <@bob.b>!"},
        {"_@ann_ *@bob*", "i(<@ann>) b(<@bob>)"},
        {"@ann_smith", "<@ann_smith>"},
        {"(@ann)", "(<@ann>)"},
        {"ann@example.org", "ann@example.org"},
        {"@", "@"},
        {"@@ann", "@@ann"},
        {"@ann@host.example", "@ann@host.example"},
        {"@.x", "@.x"},
        {"@123456789012345678901234567890123", "@123456789012345678901234567890123"},
        {"@12345678901234567890123456789012", "<@12345678901234567890123456789012>"},
        {"#general", "<#general>"},
        {"see #büro-2.", "see <#büro-2>."},
        {"#日本、x", "<#日本>、x"},
        {"# title", "# title"},
        {"a#b", "a#b"},
        {"&#106;", "&#106;"},
    });
    const rich_text read = parse_rich_text("> é *@Ann*");
    const node& mention = read.nodes.at(0).children.at(1).children.at(0);
    EXPECT_EQ(mention.kind, node::kind_of::mention);
    EXPECT_EQ(mention.text, "@Ann");
    EXPECT_EQ(mention.begin, 6U);
    EXPECT_EQ(mention.end, 10U);
}

TEST(rich_text, mentioned_usernames_are_unique_bounded_and_outside_code) {
    EXPECT_EQ(mentioned_usernames("@bob @ann @Bob > `@code` [@label](https://a.example)\n> @quoted\n```\n@block\n```"),
              (std::vector<std::string>{"bob", "ann", "quoted"}));
    std::string many;
    for (int i = 0; i < 10'000; ++i) many += "@u" + std::to_string(i) + " ";
    EXPECT_EQ(mentioned_usernames(many).size(), max_mentions);
    EXPECT_TRUE(mentioned_usernames("").empty());
}

TEST(rich_text, a_username_that_is_mentioned_is_one_that_parses) {
    for (const std::string_view source : {"@ann", "@Ann.", "@a-b_c.d-", "@1", "@ann..", "@x__"}) {
        const auto names = mentioned_usernames(source);
        ASSERT_EQ(names.size(), 1U) << source;
        const auto parsed = parse_username(names.front());
        ASSERT_TRUE(parsed) << source;
        EXPECT_EQ(*parsed, names.front());
    }
}

TEST(rich_text, json) {
    EXPECT_EQ(boost::json::serialize(
                  to_json(parse_rich_text("*a* _b_ `c` @Ann #x\n> q\n```js\nd\n```\n[l](https://a.b)\nz"))),
              R"([{"type":"bold","children":[{"type":"text","text":"a"}]},{"type":"text","text":" "},)"
              R"({"type":"italic","children":[{"type":"text","text":"b"}]},{"type":"text","text":" "},)"
              R"({"type":"code","text":"c"},{"type":"text","text":" "},)"
              R"({"type":"mention","username":"ann","text":"@Ann"},{"type":"text","text":" "},)"
              R"({"type":"channel","name":"x","text":"#x"},)"
              R"({"type":"quote","children":[{"type":"text","text":"q"}]},)"
              R"({"type":"code_block","language":"js","text":"d"},)"
              R"({"type":"link","url":"https://a.b","children":[{"type":"text","text":"l"}]},)"
              R"({"type":"break"},{"type":"text","text":"z"}])");
    EXPECT_EQ(boost::json::serialize(to_json(parse_rich_text(""))), "[]");
}

// ---- what holds for every source

struct measure {
    std::size_t nodes = 0;
    std::size_t depth = 0;
    std::string leaves;
};

void take_measure(const std::vector<node>& nodes, std::size_t depth, std::string_view source, measure& out) {
    for (const node& each : nodes) {
        ++out.nodes;
        out.depth = std::max(out.depth, depth);
        ASSERT_LE(each.begin, each.end);
        ASSERT_LE(each.end, source.size());
        if (each.children.empty()) out.leaves += each.text;
        if (each.kind == node::kind_of::link) {
            const bool known = std::ranges::any_of(
                std::initializer_list<std::string_view>{"https://", "http://", "mailto:"},
                [&](std::string_view scheme) {
                    return std::ranges::equal(scheme, std::string_view(each.url).substr(0, scheme.size()),
                                              [](char a, char b) { return a == std::tolower(b); });
                });
            ASSERT_TRUE(known) << each.url;
            ASSERT_NE(source.find(each.url), std::string_view::npos);
        }
        const bool is_word = each.kind == node::kind_of::mention || each.kind == node::kind_of::channel;
        if (is_word) {
            ASSERT_EQ(each.text, source.substr(each.begin, each.end - each.begin));
        }
        take_measure(each.children, depth + 1, source, out);
    }
}

/// The leaves are the source with some of it left out, in order: nothing is invented or moved.
bool is_subsequence(std::string_view part, std::string_view whole) {
    std::size_t at = 0;
    for (const char c : whole) {
        if (at < part.size() && part[at] == c) ++at;
    }
    return at == part.size();
}

void expect_sound(std::string_view source) {
    const rich_text read = parse_rich_text(source);
    measure found;
    take_measure(read.nodes, 1, source, found);
    EXPECT_LE(found.nodes, rich_text_max_nodes);
    EXPECT_LE(found.depth, rich_text_max_depth);
    EXPECT_TRUE(is_subsequence(found.leaves, source));
    EXPECT_LE(read.steps, 40 * source.size() + 100) << "for " << source.substr(0, 40);
}

std::string repeated(std::string_view piece, std::size_t bytes = 64 * 1024) {
    std::string out;
    while (out.size() + piece.size() <= bytes) out += piece;
    return out;
}

TEST(rich_text, hostile_sources_cost_their_length) {
    const std::vector<std::string> pieces{"[",
                                          "]",
                                          "[[",
                                          "*",
                                          "**",
                                          "***",
                                          "****",
                                          "_",
                                          "_*",
                                          "*a ",
                                          " *a*",
                                          "*a _b ",
                                          "a* ",
                                          "*a b* ",
                                          "`",
                                          "``",
                                          "` `` ``` ",
                                          "> ",
                                          ">",
                                          "> > ",
                                          ">\n",
                                          "> a\n",
                                          "\n",
                                          "```\n",
                                          "```a",
                                          "> ```\n",
                                          "](",
                                          "[a](",
                                          "[a](http://a",
                                          "](http://a",
                                          "](http://[]",
                                          "[http://a]",
                                          "[http://a](",
                                          "http://",
                                          "http://a ",
                                          "http://a)",
                                          "http://a.",
                                          "http://[",
                                          "http://[::1]",
                                          "h",
                                          "m",
                                          "@",
                                          "@a",
                                          "@a ",
                                          "@a@",
                                          "#",
                                          "#a ",
                                          "##",
                                          "#.",
                                          "[a](https://a.b) ",
                                          "*_",
                                          "*a_b ",
                                          "_a *b ",
                                          "*[a](https://a)* ",
                                          "[*a ",
                                          "a*]",
                                          "*x y* _x y_ ",
                                          "[x] ",
                                          "\\",
                                          "((",
                                          "https://a((((((",
                                          "https://a))))",
                                          "\xF0\x9F\x91\x8D",
                                          "#\xC3\xA9"};
    for (const std::string& piece : pieces) {
        const std::string source = repeated(piece);
        const auto start = std::chrono::steady_clock::now();
        expect_sound(source);
        const auto took = std::chrono::steady_clock::now() - start;
        EXPECT_LT(took, std::chrono::seconds(2)) << piece;  // generous: for sanitizers on a busy machine
    }
    // Openers first and their closers afterwards, which is what makes simple readers quadratic.
    for (const auto& [open, close] : std::vector<std::pair<std::string, std::string>>{{"*a ", " a*"},
                                                                                      {"_a ", " a_"},
                                                                                      {"[a ", " a](https://a)"},
                                                                                      {"*_", "_*"},
                                                                                      {"[", "](http://b"},
                                                                                      {"**a _b ", " b_ a**"}}) {
        expect_sound(repeated(open, 32 * 1024) + "x" + repeated(close, 32 * 1024));
        // The same behind a piece that is as deep as may be, so that every closer fails.
        expect_sound(repeated(open, 16) + "x" + repeated(close, 16) + repeated(open, 32 * 1024) +
                     repeated(close, 32 * 1024));
    }
    // Code runs of every length, none of which closes.
    std::string runs;
    for (std::size_t length = 1; runs.size() < 64 * 1024; ++length) runs += std::string(length, '`') + " ";
    expect_sound(runs);
}

TEST(rich_text, quotes_are_nested_to_the_limit_and_no_deeper) {
    const rich_text read = parse_rich_text(repeated("> ", 20'000) + "x");
    std::size_t depth = 1;
    const node* inner = &read.nodes.at(0);
    while (inner->kind == node::kind_of::quote) {
        inner = &inner->children.at(0);
        ++depth;
    }
    EXPECT_EQ(depth, rich_text_max_depth);
    EXPECT_TRUE(inner->text.starts_with("> > "));
}

TEST(rich_text, what_is_beyond_the_number_of_nodes_stays_text) {
    const std::string source = repeated("*a* ", 40'000) + "end";
    const rich_text read = parse_rich_text(source);
    EXPECT_GT(read.nodes.size(), 700U);
    EXPECT_EQ(read.nodes.back().kind, node::kind_of::text);
    EXPECT_TRUE(read.nodes.back().text.ends_with("*a* *a* end"));
}

TEST(rich_text, random_sources_are_sound) {
    const std::vector<std::string_view> pieces{"*",
                                               "**",
                                               "_",
                                               "`",
                                               "```",
                                               "\n",
                                               "> ",
                                               ">",
                                               "[",
                                               "]",
                                               "](",
                                               ")",
                                               "(",
                                               " ",
                                               "a",
                                               "b c",
                                               "https://",
                                               "http://a.b",
                                               "@ann",
                                               "#x",
                                               "é",
                                               "\xF0\x9F\x91\x8D",
                                               "mailto:",
                                               ".",
                                               "\xE2\x80\xAE",
                                               "<script>",
                                               "&amp;",
                                               "\"",
                                               "\t"};
    std::mt19937 random(20'300'131);  // fixed: a failure must come back
    for (int round = 0; round < 20'000; ++round) {
        std::string source;
        for (auto count = random() % 24; count > 0; --count) source += pieces[random() % pieces.size()];
        expect_sound(source);
        if (is_surely_plain(source)) EXPECT_EQ(parse_rich_text(source).nodes.size(), 1U);
        if (testing::Test::HasFailure()) FAIL() << "source: " << source;
    }
}

TEST(rich_text, is_surely_plain_where_nothing_could_be_a_form) {
    for (const auto* plain : {"a", "Good morning, (all)!", "2 + 2 = 4 \\ h m http www.example.org", "é漢🙂"})
        EXPECT_TRUE(is_surely_plain(plain)) << plain;
    for (const auto* other : {"", "*", "a\nb", "a: b", "@ann", "#x", "> a"})
        EXPECT_FALSE(is_surely_plain(other)) << other;
    const auto read = parse_rich_text("Good morning, (all)!");
    ASSERT_EQ(read.nodes.size(), 1U);
    EXPECT_EQ(read.nodes.front().kind, node::kind_of::text);
    EXPECT_EQ(read.nodes.front().text, "Good morning, (all)!");
}

TEST(rich_text, bytes_that_are_not_utf8_are_text) {
    expect_sound("*a* #\xC3");
    EXPECT_EQ(shape("*a* \xFF"), "*a* \xFF");
}

}  // namespace
}  // namespace parley
