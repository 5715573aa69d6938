// What servers tell each other as it travels: a subject, and a text that is signed and numbered.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/error.hpp"
#include "kernel/bus.hpp"

namespace parley::bus {

struct sealed {
    std::string subject;  ///< "parley.v1.t.<tenant>.log"; no tenant's: "parley.v1.servers"
    std::string payload;  ///< 64 hexadecimal digits of HMAC-SHA256 over subject and text, then the text, JSON
};

struct opened {
    kernel::peer_id from = 0;
    tenant_id tenant;
    kernel::bus_news what;
};

/// Safe to use from one thread that seals and one that opens.
class envelopes {
public:
    /// All servers on one database have the same prefix and key.
    envelopes(std::string prefix, std::string key, kernel::peer_id self);

    [[nodiscard]] sealed seal(tenant_id, const kernel::bus_news&);
    /// Whose the tenant is says the subject, and what subject it came by says the signature. Errors: bus_stranger (not
    /// signed with our key, or for another subject), bus_unknown (of another version), bus_own (said here), bus_old
    /// (not newer than what its sender said before, so it is here twice or too late).
    [[nodiscard]] result<opened> open(std::string_view subject, std::string_view payload);
    /// The subject that stands for all of them.
    [[nodiscard]] std::string everything() const { return prefix_ + ">"; }

private:
    const std::string prefix_;  ///< with version and a dot at its end
    const std::string key_;
    const kernel::peer_id self_;
    std::int64_t said_ = 0;
    std::unordered_map<kernel::peer_id, std::int64_t> heard_;  ///< the newest number of each
};

/// A number that no other run of a server has.
[[nodiscard]] kernel::peer_id new_peer();

}  // namespace parley::bus
