// Slows guessing down without locking anybody out: waits grow with each failure, per name and address and per address.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/id.hpp"

namespace parley::kernel {

/// In memory and bounded: over its bound the entries that were not touched for longest are forgotten. Safe to call from
/// any thread.
class sign_in_brake {
public:
    struct limits {
        int free_tries = 5;  ///< of one name from one address, before the first wait
        int free_tries_of_address = 30;
        std::chrono::seconds first_wait{1};
        std::chrono::seconds longest_wait{900};
        std::chrono::hours forgotten_after{24};
        std::size_t most_entries = 100'000;
    };
    explicit sign_in_brake(const clock& time) : sign_in_brake(time, limits{}) {}
    sign_in_brake(const clock& time, limits of) : time_(time), limits_(of) {}

    /// Whether somebody signed in under this name from there before: then what others do at the address is no matter.
    enum class device : std::uint8_t { unknown = 1, known };

    /// One try at a time when its name and address are known; counted as failed at once, so that a hundred at the same
    /// time are no way round. `name` may be of nobody. Error: too_many_sign_ins with retry_after.
    [[nodiscard]] result<void> admit(tenant_id, std::string_view name, std::string_view address, device);
    /// The try was right: the name's count at the address begins anew, and the address gets its one back.
    void succeeded(tenant_id, std::string_view name, std::string_view address);

    /// The try was neither right nor wrong: it counts for nothing.
    void not_judged(tenant_id, std::string_view name, std::string_view address);

    [[nodiscard]] std::size_t entries() const;

private:
    struct entry {
        std::string key;
        int failures = 0;
        moment last;
    };
    using order = std::list<entry>;  // the one touched last in front

    [[nodiscard]] std::chrono::seconds wait_of(const std::string& key, int free_tries);
    void count(const std::string& key);
    void give_back(const std::string& key);
    void forget_oldest();

    const clock& time_;
    limits limits_;
    mutable std::mutex guard_;
    order entries_;
    std::unordered_map<std::string_view, order::iterator> by_key_;  // keys live in the list
};

/// What counts as one address: an IPv4 address, also one written inside IPv6, or the first 64 bits of an IPv6 address.
/// Other text stays as it is.
[[nodiscard]] std::string address_block(std::string_view address);

}  // namespace parley::kernel
