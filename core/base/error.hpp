// What input, a peer or a configuration can cause: a value, never an exception.
#pragma once

#include <chrono>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace parley {

/// The class of a failure; decides the HTTP status and whether a retry can help.
enum class fault : unsigned char {
    invalid = 1,      ///< the request breaks a rule that its sender can read about (400)
    unauthenticated,  ///< nobody is signed in, or the token is not good (401)
    forbidden,        ///< the caller may see the object but not do this (403)
    not_found,        ///< absent, or not for the caller to know about (404)
    conflict,         ///< contradicts what is there (409)
    gone,             ///< was here and will not come back (410)
    too_large,        ///< over a stated limit of size (413)
    too_many,         ///< over a stated limit of rate or number (429)
    unavailable,      ///< a part Parley needs is away; try again (503)
    internal          ///< our own fault (500)
};

/// One failure, fit to be shown to whoever caused it.
struct error {
    fault kind = fault::internal;
    std::string code;                     ///< stable machine word, for instance "text_too_long"
    std::string message;                  ///< one plain sentence; never contains secrets or another tenant's data
    std::string field;                    ///< the request member at fault, empty when there is none
    std::chrono::seconds retry_after{0};  ///< how long to wait before the same can succeed; 0: not known
};

template <class T>
using result = std::expected<T, error>;

[[nodiscard]] inline std::unexpected<error> failure(fault kind, std::string code, std::string message,
                                                    std::string field = {}) {
    return std::unexpected<error>(
        error{.kind = kind, .code = std::move(code), .message = std::move(message), .field = std::move(field)});
}

[[nodiscard]] inline std::unexpected<error> invalid(std::string code, std::string message, std::string field = {}) {
    return failure(fault::invalid, std::move(code), std::move(message), std::move(field));
}

}  // namespace parley
