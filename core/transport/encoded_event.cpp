// Encoding an event for the wire.
#include "transport/encoded_event.hpp"

#include "kernel/present_text.hpp"

namespace parley::transport {

encoded_event::encoded_event(std::shared_ptr<const event> what)
    : what_(std::move(what)), hides_author_(kernel::hides_author(*what_)) {}

const shared_frame& encoded_event::made(variant& one, bool sees_authors) const {
    std::call_once(one.made, [&] {
        one.frame = make_frame(kernel::present_text(*what_, {.id = {}, .sees_authors = sees_authors}));
    });
    return one.frame;
}

const shared_frame& encoded_event::frame_for(user_id reader, bool sees_authors) const {
    if (!hides_author_) return made(plain_, false);
    const bool knows = kernel::knows_author(*what_, {.id = reader, .sees_authors = sees_authors});
    return knows ? made(with_author_, true) : made(plain_, false);
}

}  // namespace parley::transport
