// From a position to the log's end, and on from there.
#include "simulation/device.hpp"

#include "kernel/follow_log.hpp"
#include "kernel/present.hpp"

namespace parley::simulation {

void device::connect(transport::local_room& to) {
    room_ = &to;
    trace("  ", this, " of ", me_.text(), " connects at ", client_.at());
    room_->expect(house_.tenant);
}

void device::disconnect() {
    if (room_ == nullptr) return;
    if (live_)
        room_->leave(house_.tenant, *this);
    else
        room_->expect_no_more(house_.tenant);
    room_ = nullptr;
    hears_.reset();
    live_ = stale_ = cut_ = false;
}

void device::step(int page) {
    if (room_ == nullptr) return;
    if (cut_) return disconnect();
    if (live_) {
        if (!std::exchange(stale_, false)) return;
        const auto fresh =
            house_.read([&](kernel::reading& from) { return open_ear(house_.env, from, house_.as(me_)); });
        room_->take_rights(house_.tenant, *this, *fresh);
        return;
    }
    if (!hears_) return read_on(page);
    auto hears = *std::exchange(hears_, {});
    if (!room_->join(house_.tenant, *this, std::move(hears), client_.at())) return trace("  ", this, " has to read on");
    trace("  ", this, " is live at ", client_.at());
    live_ = true;
    room_->expect_no_more(house_.tenant);
}

void device::read_on(int page) {
    const auto by = house_.as(me_);
    const auto read = house_.read([&](kernel::reading& from) -> result<kernel::event_page> {
        auto made = kernel::read_log(house_.env, from, by, client_.at(), page);
        if (made && made->upto == made->log_end) {
            auto ear = kernel::open_ear(house_.env, from, by);
            if (ear) hears_ = std::move(ear->hears);
        }
        return made;
    });
    if (!read) {
        EXPECT_EQ(read.error().code, "snapshot_needed");
        return client_.start_afresh();
    }
    for (const auto& one : read->events) {
        auto reader = read->reader_of(one);
        reader.sees_authors = reader.sees_authors || (one.view.body != nullptr && one.view.body->author == reader.id);
        const auto shown = kernel::present(one, reader);
        tell("reads", shown);
        seen_(me_, shown);
        client_.apply(shown);
    }
    client_.reached(read->upto);
    trace("  ", this, " has read up to ", read->upto, " of ", read->log_end);
}

void device::tell(const char* how, const boost::json::object& event) const {
    const auto* in = event.if_contains("conversation");
    trace("  ", this, " ", how, " ", event.at("position").to_number<position>(), " ",
          event.at("type").as_string().c_str(), " in ",
          in != nullptr && in->is_string() ? in->as_string().c_str() : "none", " at ", client_.at());
}

void device::deliver(const transport::shared_frame& frame) {
    if (cut_) return;  // what is written to a connection that was closed arrives nowhere
    const auto said = kernel::testing::heard_from(frame->payload());
    tell("hears", said);
    seen_(me_, said);
    client_.apply(said);
}

}  // namespace parley::simulation
