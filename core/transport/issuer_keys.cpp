// When keys are fetched, and what happens when they cannot be.
#include "transport/issuer_keys.hpp"

#include <algorithm>
#include <charconv>

#include "base/log.hpp"
#include "base/text.hpp"

namespace parley::transport {
namespace {

constexpr std::chrono::minutes between_tries{1};
constexpr std::chrono::seconds shortest = std::chrono::minutes{5};
constexpr std::chrono::seconds longest = std::chrono::hours{24};
constexpr std::chrono::seconds usual = std::chrono::hours{1};
constexpr std::size_t most_waiting = 1'000;
constexpr std::size_t most_places = 10'000;
constexpr long ok = 200;

std::unexpected<error> issuer_away() {
    return failure(fault::unavailable, "issuer_away", "The issuer's keys cannot be had now; try again in a minute.");
}

result<issuer_keys::keys> outcome_of(const issuer_keys::keys& known) {
    if (!known) return issuer_away();
    return known;
}

result<std::vector<jwt::key>> keys_in(const result<web_answer>& came) {
    if (!came) return std::unexpected(came.error());
    if (came->status != ok) return invalid("web_status", "The answer has status " + std::to_string(came->status) + ".");
    return jwt::parse_published_keys(came->body);
}

}  // namespace

std::chrono::seconds kept_for(std::string_view cache_control) {
    static constexpr std::string_view word = "max-age=";
    std::string text(cache_control);
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
    auto at = text.find(word);
    while (at != text.npos && at > 0 && text[at - 1] != ' ' && text[at - 1] != ',' && text[at - 1] != '\t')
        at = text.find(word, at + 1);  // s-maxage and the like
    if (at == text.npos) return usual;
    std::int64_t seconds = 0;
    const auto [end, wrong] = std::from_chars(text.data() + at + word.size(), text.data() + text.size(), seconds);
    if (wrong == std::errc::result_out_of_range) return longest;
    if (wrong != std::errc{}) return usual;
    return std::clamp(std::chrono::seconds{seconds}, shortest, longest);
}

bool issuer_keys::suffices(const entry& of, const jwt::unverified& token) const {
    if (!of.known || time_.now() >= of.good_until) return false;
    return std::ranges::any_of(*of.known, [&](const jwt::key& one) { return jwt::may_fit(token, one); });
}

/// A clock that was put back must not keep us from asking.
bool issuer_keys::may_fetch(const entry& of) const {
    const auto now = time_.now();
    return !of.tried_at || now < *of.tried_at || now - *of.tried_at >= between_tries;
}

void issuer_keys::find(const place& where, const jwt::unverified& token, answered answer) {
    {
        std::unique_lock lock(guard_);
        if (entries_.size() >= most_places && !entries_.contains(where)) {
            lock.unlock();
            return answer(issuer_away());
        }
        auto& of = entries_[where];
        const bool enough = suffices(of, token);
        const bool begins = !enough && !of.under_way && may_fetch(of);
        const bool waits = begins || (!enough && of.under_way && of.waiting.size() < most_waiting);
        if (!waits) {
            const auto known = of.known;
            lock.unlock();
            return answer(outcome_of(known));
        }
        of.waiting.push_back(std::move(answer));
        if (!begins) return;
        of.under_way = true;
        of.tried_at = time_.now();
    }
    fetch_({.url = where.url, .may = where.may},
           [this, where](result<web_answer> came) { arrived(where, std::move(came)); });
}

void issuer_keys::arrived(const place& where, result<web_answer> came) {
    auto read = keys_in(came);
    std::vector<answered> waiting;
    keys known;
    {
        const std::lock_guard lock(guard_);
        auto& of = entries_[where];
        of.under_way = false;
        if (read) {
            of.known = std::make_shared<const std::vector<jwt::key>>(std::move(*read));
            of.good_until = time_.now() + kept_for(came->cache_control);
        }
        waiting.swap(of.waiting);
        known = of.known;
    }
    if (!read)
        log::warning("the keys of an issuer could not be had", {{"url", escape_controls(where.url)},
                                                                {"code", read.error().code},
                                                                {"why", read.error().message},
                                                                {"keeps_older_ones", known != nullptr}});
    for (auto& one : waiting) one(outcome_of(known));
}

}  // namespace parley::transport
