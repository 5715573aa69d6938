// An event with its frames, each made once, by whoever first needs it, and shared by every connection.
#pragma once

#include <memory>
#include <mutex>

#include "model/event.hpp"
#include "transport/frame.hpp"

namespace parley::transport {

/// Safe to use from any thread. An event nobody hears is never encoded.
class encoded_event {
public:
    explicit encoded_event(std::shared_ptr<const event> what);

    [[nodiscard]] const event& what() const { return *what_; }

    /// Whether all hear the same frame.
    [[nodiscard]] bool is_alike_for_all() const { return !hides_author_; }

    /// The frame for a reader: who may see authors, or wrote the message, gets the one that says who that is.
    [[nodiscard]] const shared_frame& frame_for(user_id reader, bool sees_authors) const;

private:
    struct variant {
        std::once_flag made;
        shared_frame frame;
    };
    [[nodiscard]] const shared_frame& made(variant&, bool sees_authors) const;

    std::shared_ptr<const event> what_;
    bool hides_author_;  // asked for each delivery, so answered once
    mutable variant plain_;
    mutable variant with_author_;
};

}  // namespace parley::transport
