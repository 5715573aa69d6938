// Requests of our own to addresses that somebody else named: by libcurl, on a thread of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "transport/ip_address.hpp"

namespace parley::transport {

/// Which addresses may be connected to.
enum class reach : unsigned char { open_internet = 1, also_private };

struct web_request {
    std::string url;
    reach may = reach::open_internet;  ///< also: plain http is for private ones only
    std::size_t max_bytes = 256 * 1024;
    std::chrono::milliseconds deadline{5'000};
    std::optional<std::string> form{};  ///< goes as application/x-www-form-urlencoded by POST; nothing: GET
    std::string authorization{};        ///< the header's value; empty: none
};
struct web_answer {
    long status = 0;
    std::string body;
    std::string cache_control;
};
using web_answered = std::move_only_function<void(result<web_answer>)>;

/// No redirects are followed, no proxy and no cookies used, no connection kept. The address is judged when it is
/// connected to, so that a name which leads elsewhere the second time does not help.
class web_client {
public:
    web_client();
    /// As stop().
    ~web_client();
    web_client(const web_client&) = delete;
    web_client& operator=(const web_client&) = delete;

    /// Answers once, on the client's thread, or on the caller's when it has stopped. Errors: web_away (unavailable) for
    /// whatever kept an answer from coming, web_address_refused (forbidden), web_too_large (too_large). Any thread.
    void ask(web_request, web_answered);

    /// Ends what is under way as unavailable. Not from an answer.
    void stop();

private:
    class loop;
    std::unique_ptr<loop> loop_;
};

/// Whether an address is one of the open internet: none of this machine, of private networks, of links, of
/// documentation, of multicast, and no IPv6 form that stands for an IPv4 address.
[[nodiscard]] bool is_public(const ip_address&);

}  // namespace parley::transport
