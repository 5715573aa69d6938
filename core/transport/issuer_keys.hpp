// Keys that issuers publish: fetched when they are needed, kept for as long as the issuer says, within bounds.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/jwt.hpp"
#include "transport/web_client.hpp"

namespace parley::transport {

/// One fetch at a time for each address, and one a minute at most, however many tokens ask for it. Keys that are too
/// old stay in use while the issuer does not answer. Safe to use from any thread.
class issuer_keys {
public:
    using fetch = std::function<void(web_request, web_answered)>;
    using keys = std::shared_ptr<const std::vector<jwt::key>>;
    using answered = std::move_only_function<void(result<keys>)>;

    /// Both outlive this; no answer of `by` may come after it is gone.
    issuer_keys(const clock& time, fetch by) : time_(time), fetch_(std::move(by)) {}

    struct place {
        std::string url;
        reach may = reach::open_internet;
        friend auto operator<=>(const place&, const place&) = default;
    };
    /// The keys to hold this token against; fetched anew when they are over, or when none of them is of the token's
    /// name. Answers on any thread, possibly before it returns. Error: issuer_away (unavailable) while none were ever
    /// had.
    void find(const place&, const jwt::unverified& token, answered);

private:
    struct entry {
        keys known;
        moment good_until{};
        std::optional<moment> tried_at;
        bool under_way = false;
        std::vector<answered> waiting;
    };
    [[nodiscard]] bool suffices(const entry&, const jwt::unverified&) const;
    [[nodiscard]] bool may_fetch(const entry&) const;
    void arrived(const place&, result<web_answer>);

    const clock& time_;
    fetch fetch_;
    std::mutex guard_;
    std::map<place, entry> entries_;
};

/// For how long keys with this Cache-Control are kept: its max-age, but 5 minutes to 24 hours; an hour without one.
[[nodiscard]] std::chrono::seconds kept_for(std::string_view cache_control);

}  // namespace parley::transport
