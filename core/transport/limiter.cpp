// Buckets are found by a few bytes that are put together on the stack.
#include "transport/limiter.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstring>

namespace parley::transport {
namespace {

enum class bucket : char { address = 1, user, anonymous, tenant };

/// What a bucket is found by.
class bucket_key {
public:
    explicit bucket_key(bucket kind, char of = 0) : text_{static_cast<char>(kind), of}, size_(2) {}
    bucket_key& add(const void* bytes, std::size_t size) {
        std::memcpy(text_.data() + size_, bytes, size);
        size_ += size;
        return *this;
    }
    bucket_key& add(const ip_address& one) { return add(one.counted_as().bytes().data(), 16); }
    bucket_key& add(std::int64_t number) { return add(&number, sizeof number); }
    [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

private:
    std::array<char, 32> text_{};
    std::size_t size_;
};

bucket_key address_key(const ip_address& from) { return bucket_key(bucket::address).add(from); }

bucket_key user_key(const asking& who, route_class what) {
    const auto of = static_cast<char>(what);
    // A try to sign in is its sender's, whoever that is signed in as.
    if (who.user && what != route_class::sign_in)
        return bucket_key(bucket::user, of).add(who.tenant.value).add(who.user.value);
    return bucket_key(bucket::anonymous, of).add(who.tenant.value).add(who.from);
}

bucket_key tenant_key(const asking& who) { return bucket_key(bucket::tenant).add(who.tenant.value); }

gcra_rate rate_of(const rate& of) { return gcra_rate::per_minute(of.per_minute, of.burst); }

std::unexpected<error> too_often(std::string_view whose, std::chrono::nanoseconds wait) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait);
    error why{.kind = fault::too_many,
              .code = "rate_limited",
              .message = fmt::format("{}; try again in {} s.", whose, seconds.count()),
              .field = {}};
    why.retry_after = seconds;
    return std::unexpected(std::move(why));
}

}  // namespace

limiter::limiter(limiter_options options, const kernel::settings_source& settings, time_source now)
    : options_(options), settings_(settings), now_(std::move(now)), buckets_(options.keys) {}

ticks limiter::steady_time() { return std::chrono::steady_clock::now().time_since_epoch(); }

result<void> limiter::knock(const ip_address& from) {
    if (options_.limits == limiter_options::state::off || options_.address.per_minute == 0) return {};
    const auto wait = buckets_.admit(address_key(from).text(), rate_of(options_.address), now_());
    if (wait == wait.zero()) return {};
    ++by_address_;
    return too_often("Too much comes from this address", wait);
}

result<void> limiter::admit(const asking& who, route_class what) {
    if (options_.limits == limiter_options::state::off) return {};
    const auto settings = settings_.of(who.tenant_name);
    const auto& own = settings->limits.of(what);
    const auto& shared = settings->limits.tenant;
    const auto now = now_();
    const auto give_back = [&](const bucket_key& key, const rate& of) {
        if (of.per_minute != 0) buckets_.give_back(key.text(), rate_of(of));
    };
    const auto key = user_key(who, what);
    if (own.per_minute != 0)
        if (const auto wait = buckets_.admit(key.text(), rate_of(own), now); wait != wait.zero()) {
            give_back(address_key(who.from), options_.address);
            ++by_user_;
            return too_often("This is asked too often", wait);
        }
    if (shared.per_minute == 0 || !who.tenant) return {};
    if (const auto wait = buckets_.admit(tenant_key(who).text(), rate_of(shared), now); wait != wait.zero()) {
        give_back(key, own);
        give_back(address_key(who.from), options_.address);
        ++by_tenant_;
        return too_often("Too much is going on in this tenant", wait);
    }
    return {};
}

limiter::totals limiter::refused() const { return {by_address_.load(), by_user_.load(), by_tenant_.load()}; }

}  // namespace parley::transport
