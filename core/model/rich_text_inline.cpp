// One line of a formatted text in one pass from left to right. Everything read becomes an item of a flat list; a
// closing delimiter folds the items behind its opening one into a node. An item is folded at most once for each level
// of depth, an opener is given up at most once, and nothing looks ahead over what another look has covered: so time is
// linear.
#include "model/rich_text_inline.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/text.hpp"

namespace parley {
namespace {

using kind_of = node::kind_of;

constexpr std::size_t longest_url = 2048;
constexpr std::size_t longest_username = 32;
constexpr std::size_t longest_channel = 64;
constexpr std::size_t longest_ticks = 8;  // a longer run of backticks is text
constexpr std::array<std::string_view, 3> schemes{"https://", "http://", "mailto:"};

enum class delimiter : unsigned char { star = 0, two_stars, three_stars, underscore, bracket, count };

[[nodiscard]] char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// A bracketed address after the scheme ("[::1]"), or 0.
[[nodiscard]] std::size_t literal_address_length(std::string_view text) {
    if (!text.starts_with('[')) return 0;
    std::size_t at = 1;
    while (at < text.size() && at < 48 && (is_ascii_word(text[at]) || text[at] == ':' || text[at] == '.')) ++at;
    return at < text.size() && text[at] == ']' ? at + 1 : 0;
}

/// The scheme that `text` begins with, in any case, when something that can be an address follows.
[[nodiscard]] std::size_t scheme_length(std::string_view text) {
    for (const std::string_view scheme : schemes) {
        if (text.size() <= scheme.size()) continue;
        if (!std::equal(scheme.begin(), scheme.end(), text.begin(), [](char a, char b) { return a == lower(b); }))
            continue;
        const char next = text[scheme.size()];
        const bool is_name = is_ascii_word(next) || static_cast<unsigned char>(next) >= 0x80;
        const bool is_address = scheme.back() == '/' && literal_address_length(text.substr(scheme.size())) > 0;
        return is_name || is_address ? scheme.size() : 0;
    }
    return 0;
}

/// Characters that end a URL wherever it stands: white space, controls, and what could end an attribute of markup.
[[nodiscard]] bool ends_url(char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F ||
           std::string_view("<>\"`\\").find(c) != std::string_view::npos;
}

class line_reader {
public:
    line_reader(std::string_view line, std::size_t depth, inline_budget& budget)
        : line_(line), max_height_(rich_text_max_depth + 1 - depth), budget_(budget) {}

    void read(std::vector<node>& out) {
        while (at_ < line_.size()) {
            ++budget_.steps;
            if (!take_special()) take_literal(1);
        }
        move_nodes(0, out);
    }

private:
    /// Either a finished node or literal text.
    struct item {
        std::string_view literal;
        std::unique_ptr<node> made;
    };

    struct opener {
        delimiter of;
        std::size_t item;
        std::size_t height = 0;  // of the tallest node behind it
        bool has_link = false;   // a [label](url) behind it
    };

    struct ticks {
        std::size_t at;
        std::size_t length;
        std::size_t closing;  // where the next run of the same length stands, npos when there is none
    };

    [[nodiscard]] char before() const { return at_ == 0 ? ' ' : line_[at_ - 1]; }
    [[nodiscard]] char peek(std::size_t ahead) const { return at_ + ahead < line_.size() ? line_[at_ + ahead] : ' '; }
    [[nodiscard]] std::string_view rest() const { return line_.substr(at_); }

    [[nodiscard]] bool take_special() {
        switch (line_[at_]) {
            case '*':
                return take_emphasis(run_length('*'));
            case '_':
                return take_emphasis(run_length('_'));
            case '`':
                return take_code();
            case '[':
                return take_bracket();
            case ']':
                return take_label_end();
            case '@':
                return take_mention();
            case '#':
                return take_channel();
            case 'h':
            case 'H':
            case 'm':
            case 'M':
                return take_url();
            default:
                return false;
        }
    }

    /// Always true: what it took needs no other look.
    bool take_literal(std::size_t length) {
        const std::string_view text = line_.substr(at_, length);
        at_ += length;
        // What an opener stands for must stay an item of its own, to be found again.
        const bool joins =
            !items_.empty() && !items_.back().made && (openers_.empty() || openers_.back().item + 1 != items_.size());
        if (!joins) {
            items_.push_back(item{.literal = text, .made = nullptr});
            return true;
        }
        item& last = items_.back();
        last.literal = std::string_view(last.literal.data(), last.literal.size() + text.size());
        return true;
    }

    void push(node made, std::size_t height) {
        items_.push_back(item{.literal = {}, .made = std::make_unique<node>(std::move(made))});
        if (!openers_.empty()) openers_.back().height = std::max(openers_.back().height, height);
    }

    [[nodiscard]] std::size_t run_length(char c) {
        std::size_t length = 1;
        while (peek(length) == c) ++length;
        budget_.steps += length;
        return length;
    }

    // ---- emphasis

    [[nodiscard]] bool take_emphasis(std::size_t length) {
        const bool star = line_[at_] == '*';
        if (length > (star ? 3U : 1U)) return take_literal(length);
        const auto of = star ? static_cast<delimiter>(length - 1) : delimiter::underscore;
        const bool can_close = before() != ' ' && before() != '\t' && !is_ascii_word(peek(length));
        const bool can_open = peek(length) != ' ' && peek(length) != '\t' && !is_ascii_word(before());
        if (can_close && is_open(of)) {
            if (close_emphasis(of, length)) return true;
        } else if (can_open) {
            open(of, length);
            return true;
        }
        return take_literal(length);
    }

    [[nodiscard]] bool is_open(delimiter of) const { return open_counts_[static_cast<std::size_t>(of)] > 0; }

    void open(delimiter of, std::size_t length) {
        openers_.push_back(opener{.of = of, .item = items_.size()});
        ++open_counts_[static_cast<std::size_t>(of)];
        items_.push_back(item{.literal = line_.substr(at_, length), .made = nullptr});
        at_ += length;
    }

    /// Gives up what was opened later, and takes the last opener of this kind off the stack.
    [[nodiscard]] opener pop(delimiter of) {
        opener found{};
        do {
            const opener above = found;
            found = openers_.back();
            openers_.pop_back();
            --open_counts_[static_cast<std::size_t>(found.of)];
            found.height = std::max(found.height, above.height);
            found.has_link = found.has_link || above.has_link;
            ++budget_.steps;
        } while (found.of != of);
        return found;
    }

    /// Tells the opener that is now the last what it has inherited.
    void inherit(const opener& from, std::size_t height) {
        if (openers_.empty()) return;
        openers_.back().height = std::max(openers_.back().height, height);
        openers_.back().has_link = openers_.back().has_link || from.has_link;
    }

    [[nodiscard]] bool close_emphasis(delimiter of, std::size_t length) {
        const opener from = pop(of);
        const std::size_t height = std::max<std::size_t>(from.height, 1) + 1;
        if (height > max_height_ || !budget_.spend(container_cost)) {
            inherit(from, from.height);
            return false;
        }
        node made{.kind = of == delimiter::underscore ? kind_of::italic : kind_of::bold};
        at_ += length;
        fold(from, std::move(made));
        inherit(from, height);
        return true;
    }

    /// Puts everything behind the opener into `made`, and that in the opener's place. `at_` is behind the closing.
    void fold(const opener& from, node made) {
        made.begin = budget_.offset(items_[from.item].literal);
        made.end = budget_.offset(line_) + at_;
        move_nodes(from.item + 1, made.children);
        items_.resize(from.item);
        items_.push_back(item{.literal = {}, .made = std::make_unique<node>(std::move(made))});
    }

    void move_nodes(std::size_t first, std::vector<node>& out) {
        for (std::size_t i = first; i < items_.size(); ++i) {
            ++budget_.steps;
            item& each = items_[i];
            if (each.made) {
                out.push_back(std::move(*each.made));
            } else {
                append_text(out, each.literal, budget_.offset(each.literal));
            }
        }
    }

    // ---- code

    [[nodiscard]] bool take_code() {
        if (ticks_.empty()) find_ticks();
        while (ticks_[next_ticks_].at < at_) ++next_ticks_;
        const ticks run = ticks_[next_ticks_];
        if (run.closing == std::string_view::npos || !budget_.spend(leaf_cost)) return take_literal(run.length);
        const std::size_t start = at_ + run.length;
        std::string_view content = line_.substr(start, run.closing - start);
        // So that code can begin or end with a backtick.
        const bool padded = content.size() > 2 && content.front() == ' ' && content.back() == ' ';
        if (padded && content.find_first_not_of(' ') != std::string_view::npos)
            content = content.substr(1, content.size() - 2);
        node made{.kind = kind_of::code, .text = std::string(content)};
        made.begin = budget_.offset(line_) + at_;
        at_ = run.closing + run.length;
        made.end = budget_.offset(line_) + at_;
        budget_.steps += content.size();
        push(std::move(made), 1);
        return true;
    }

    void find_ticks() {
        for (std::size_t at = at_; at < line_.size();) {
            const std::size_t start = line_.find('`', at);
            if (start == std::string_view::npos) break;
            at = std::min(line_.find_first_not_of('`', start), line_.size());
            ticks_.push_back(ticks{.at = start, .length = at - start, .closing = std::string_view::npos});
        }
        std::array<std::size_t, longest_ticks + 1> seen{};
        seen.fill(std::string_view::npos);
        for (std::size_t i = ticks_.size(); i-- > 0;) {
            ticks& run = ticks_[i];
            if (run.length <= longest_ticks) run.closing = std::exchange(seen[run.length], run.at);
        }
        budget_.steps += line_.size() - at_ + ticks_.size();
    }

    // ---- links

    [[nodiscard]] bool take_bracket() {
        open(delimiter::bracket, 1);
        return true;
    }

    [[nodiscard]] bool take_label_end() {
        if (!is_open(delimiter::bracket)) return false;
        const auto url = peek(1) == '(' ? destination() : std::nullopt;
        const opener from = pop(delimiter::bracket);
        const bool empty = items_.size() == from.item + 1;
        const std::size_t height = std::max<std::size_t>(from.height, 1) + 1;
        if (!url || empty || from.has_link || height > max_height_ || !budget_.spend(container_cost)) {
            inherit(from, from.height);
            return false;
        }
        at_ += 2 + url->size() + 1;
        fold(from, node{.kind = kind_of::link, .url = std::string(*url)});
        flatten(items_.back().made->children);
        inherit(opener{.of = from.of, .item = from.item, .height = height, .has_link = true}, height);
        return true;
    }

    /// The URL between "](" and ")". Stops at the next bracket, so that no two looks cover the same text.
    [[nodiscard]] std::optional<std::string_view> destination() {
        const std::string_view text = line_.substr(at_ + 2);
        std::size_t at = scheme_length(text);
        if (at == 0) return std::nullopt;
        at += literal_address_length(text.substr(at));
        std::size_t parentheses = 0;
        for (; at < text.size() && at <= longest_url; ++at) {
            ++budget_.steps;
            const char c = text[at];
            if (c == ')' && parentheses == 0) return text.substr(0, at);
            if (ends_url(c) || c == '[' || c == ']') return std::nullopt;
            if (c == '(') ++parentheses;
            if (c == ')') --parentheses;
        }
        return std::nullopt;
    }

    /// Within a label nothing else can be followed or called: a bare URL, a mention and a channel become their text.
    void flatten(std::vector<node>& nodes) {
        std::vector<node> flat;
        for (node& each : nodes) {
            ++budget_.steps;
            const bool is_leaf =
                each.kind == kind_of::text || each.kind == kind_of::mention || each.kind == kind_of::channel;
            if (is_leaf) {
                append_text(flat, each.text, each.begin);
            } else if (each.kind == kind_of::link) {
                append_text(flat, each.children.front().text, each.begin);
            } else {
                flatten(each.children);
                flat.push_back(std::move(each));
            }
        }
        nodes = std::move(flat);
    }

    [[nodiscard]] bool take_url() {
        if (is_ascii_word(before())) return false;
        const std::string_view text = rest();
        const std::size_t scheme = scheme_length(text);
        if (scheme == 0) return false;
        std::size_t length = scheme + literal_address_length(text.substr(scheme));
        const bool in_label = is_open(delimiter::bracket);  // then the URL must not swallow the label's end
        while (length < text.size() && !ends_url(text[length]) && !(in_label && text[length] == ']')) ++length;
        budget_.steps += length;
        length = without_punctuation(text.substr(0, length), scheme);
        const bool fits = length > scheme && length <= longest_url && max_height_ >= 2;
        if (!fits || !budget_.spend(container_cost)) return take_literal(length);
        const std::string_view url = text.substr(0, length);
        const std::size_t begin = budget_.offset(url);
        node made{.kind = kind_of::link, .url = std::string(url), .begin = begin, .end = begin + length};
        append_text(made.children, url, begin);
        at_ += length;
        push(std::move(made), 2);
        return true;
    }

    /// The length without what belongs to the sentence or to the formatting around the URL.
    [[nodiscard]] std::size_t without_punctuation(std::string_view url, std::size_t scheme) {
        budget_.steps += url.size();
        auto balance = std::ranges::count(url, '(') - std::ranges::count(url, ')');
        const std::size_t shortest = scheme + literal_address_length(url.substr(scheme));
        std::size_t length = url.size();
        for (; length > shortest; --length) {
            const char last = url[length - 1];
            if (last == ')' && balance >= 0) break;
            if (std::string_view(".,:;!?'*_~)]}|").find(last) == std::string_view::npos) break;
            if (last == ')') ++balance;
        }
        return length;
    }

    // ---- mentions and channels

    [[nodiscard]] bool take_mention() {
        if (is_ascii_word(before()) || std::string_view("@_-+/").find(before()) != std::string_view::npos) {
            // "_@ann_" is emphasis around a mention; "a_@b" is not a mention.
            const bool emphasised = before() == '_' && !openers_.empty() && openers_.back().item + 1 == items_.size();
            if (!emphasised) return false;
        }
        std::size_t length = 1;
        const auto in_name = [](char c) { return is_ascii_word(c) || c == '.' || c == '_' || c == '-'; };
        while (in_name(peek(length))) ++length;
        budget_.steps += length;
        while (length > 1 && !is_ascii_word(peek(length - 1))) --length;
        const bool fits = length > 1 && length - 1 <= longest_username && is_ascii_word(peek(1));
        if (!fits || peek(length) == '@' || !budget_.spend(leaf_cost)) return take_literal(length);
        const std::string_view written = line_.substr(at_, length);
        std::string name(written.substr(1));
        std::ranges::transform(name, name.begin(), lower);
        push_leaf(kind_of::mention, written, std::move(name));
        return true;
    }

    [[nodiscard]] bool take_channel() {
        if (is_ascii_word(before()) || std::string_view("#&/_.-").find(before()) != std::string_view::npos)
            return false;
        std::string_view name = rest().substr(1);
        std::size_t length = 0;  // up to the last letter or digit
        for (std::string_view left = name; !left.empty();) {
            const char first = left.front();
            const bool joins = first == '-' || first == '_' || first == '.';
            const bool in_word = !joins && is_word_character(take_code_point(left));
            ++budget_.steps;
            if (!joins && !in_word) break;
            if (joins) left.remove_prefix(1);
            if (in_word) length = name.size() - left.size();
            if (joins && length == 0) break;
        }
        if (length == 0 || length > longest_channel || !budget_.spend(leaf_cost)) return take_literal(length + 1);
        push_leaf(kind_of::channel, line_.substr(at_, length + 1), std::string(name.substr(0, length)));
        return true;
    }

    void push_leaf(kind_of kind, std::string_view written, std::string name) {
        node made{.kind = kind, .text = std::string(written), .name = std::move(name)};
        made.begin = budget_.offset(written);
        made.end = made.begin + written.size();
        at_ += written.size();
        push(std::move(made), 1);
    }

    std::string_view line_;
    std::size_t max_height_;
    inline_budget& budget_;
    std::size_t at_ = 0;
    std::vector<item> items_;
    std::vector<opener> openers_;
    std::array<std::size_t, static_cast<std::size_t>(delimiter::count)> open_counts_{};
    std::vector<ticks> ticks_;
    std::size_t next_ticks_ = 0;
};

}  // namespace

void append_text(std::vector<node>& out, std::string_view text, std::size_t begin) {
    if (text.empty()) return;
    if (out.empty() || out.back().kind != kind_of::text) out.push_back(node{.kind = kind_of::text, .begin = begin});
    out.back().text += text;
    out.back().end = begin + text.size();
}

void read_inline(std::string_view line, std::size_t depth, inline_budget& budget, std::vector<node>& out) {
    line_reader(line, depth, budget).read(out);
}

}  // namespace parley
