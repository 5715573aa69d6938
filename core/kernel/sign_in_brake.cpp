// Counting failures and what they cost.
#include "kernel/sign_in_brake.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <algorithm>
#include <array>

namespace parley::kernel {
namespace {

std::string key_of_address(std::string_view address) { return "a " + address_block(address); }

std::string key_of_name(tenant_id tenant, std::string_view name, std::string_view address) {
    return fmt::format("n {} {} {}", tenant.value, address_block(address), name.substr(0, 256));
}

}  // namespace

std::string address_block(std::string_view address) {
    const std::string text(address.substr(0, address.find('%')));
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
    constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(mapped.begin(), mapped.end(), bytes.begin()))
        return fmt::format("{}.{}.{}.{}", bytes[12], bytes[13], bytes[14], bytes[15]);
    std::string block;
    for (std::size_t i = 0; i < 8; ++i) block += fmt::format("{:02x}", bytes[i]);
    return block + "/64";
}

result<void> sign_in_brake::admit(tenant_id tenant, std::string_view name, std::string_view address, device which) {
    const std::scoped_lock lock(guard_);
    const auto by_name = key_of_name(tenant, name, address);
    const auto by_address = key_of_address(address);
    auto wait = wait_of(by_name, limits_.free_tries);
    if (which == device::unknown) wait = std::max(wait, wait_of(by_address, limits_.free_tries_of_address));
    if (wait > std::chrono::seconds{0})
        return std::unexpected(error{.kind = fault::too_many,
                                     .code = "too_many_sign_ins",
                                     .message = "Too many tries to sign in; wait before the next one.",
                                     .field = {},
                                     .retry_after = wait});
    count(by_name);
    count(by_address);
    return {};
}

void sign_in_brake::succeeded(tenant_id tenant, std::string_view name, std::string_view address) {
    const std::scoped_lock lock(guard_);
    if (const auto found = by_key_.find(key_of_name(tenant, name, address)); found != by_key_.end()) {
        const auto gone = found->second;
        by_key_.erase(found);
        entries_.erase(gone);
    }
    // Not all of the address's failures: somebody with an account of their own could guess for ever.
    give_back(key_of_address(address));
}

void sign_in_brake::not_judged(tenant_id tenant, std::string_view name, std::string_view address) {
    const std::scoped_lock lock(guard_);
    give_back(key_of_name(tenant, name, address));
    give_back(key_of_address(address));
}

std::size_t sign_in_brake::entries() const {
    const std::scoped_lock lock(guard_);
    return entries_.size();
}

/// 1 s after the free tries are used up, then twice as long each time; rounded up to whole seconds.
std::chrono::seconds sign_in_brake::wait_of(const std::string& key, int free_tries) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return {};
    auto& one = *found->second;
    const auto since = time_.now() - one.last;
    if (since >= limits_.forgotten_after) one.failures = 0;
    const auto over = one.failures - free_tries;
    if (over < 0) return {};
    const auto wait = std::min(limits_.longest_wait, limits_.first_wait * (std::int64_t{1} << std::min(over, 20)));
    return std::max(std::chrono::seconds{0}, std::chrono::ceil<std::chrono::seconds>(wait - since));
}

void sign_in_brake::count(const std::string& key) {
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        entries_.splice(entries_.begin(), entries_, found->second);
    } else {
        forget_oldest();
        entries_.push_front({.key = key, .failures = 0, .last = {}});
        by_key_.emplace(entries_.front().key, entries_.begin());
    }
    ++entries_.front().failures;
    entries_.front().last = time_.now();
}

void sign_in_brake::give_back(const std::string& key) {
    const auto found = by_key_.find(key);
    if (found != by_key_.end() && found->second->failures > 0) --found->second->failures;
}

void sign_in_brake::forget_oldest() {
    if (entries_.size() < limits_.most_entries) return;
    by_key_.erase(entries_.back().key);
    entries_.pop_back();
}

}  // namespace parley::kernel
