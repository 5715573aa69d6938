// A conversation's gallery, and what may be changed in it.
#pragma once

#include <parley/storage.hpp>

#include "attachments/contract.hpp"
#include "rows.hpp"

namespace gallery {

/// Whose a file is: sent by a client, or of the portfolio that is shown to clients.
enum class file_place : std::uint8_t { client = 1, portfolio };
BOOST_DESCRIBE_ENUM(file_place, client, portfolio)

using label_text = sdk::text<60>;

struct list_request {
    sdk::id conversation;
    std::optional<attachments::file_category> category;
    std::optional<label_text> label;
    std::optional<sdk::text<200>> q;
    std::optional<file_place> from;
    std::optional<sdk::whole<-840, 840>> offset_minutes;
    std::optional<sdk::id> before;
    std::optional<sdk::whole<1, 200>> limit;
};
BOOST_DESCRIBE_STRUCT(list_request, (), (conversation, category, label, q, from, offset_minutes, before, limit))

struct one_conversation {
    sdk::id conversation;
};
BOOST_DESCRIBE_STRUCT(one_conversation, (), (conversation))

struct shown_thumbnail {
    std::int64_t size = 0;
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::string type;
};
BOOST_DESCRIBE_STRUCT(shown_thumbnail, (), (size, width, height, type))

struct shown_item {
    sdk::id file;
    sdk::id conversation;
    std::optional<sdk::id> message;
    std::string name;
    std::string type;
    attachments::file_category category = attachments::file_category::other;
    std::int64_t bytes = 0;
    item_state state = item_state::none;
    std::vector<shown_thumbnail> thumbnails;
    std::optional<std::int64_t> width;
    std::optional<std::int64_t> height;
    std::optional<std::int64_t> duration_ms;
    std::optional<std::int64_t> pages;
    std::string taken_at;
    std::vector<std::string> labels;
    file_place from = file_place::client;
    std::string day;
    std::int64_t created_at = 0;
};
BOOST_DESCRIBE_STRUCT(shown_item, (),
                      (file, conversation, message, name, type, category, bytes, state, thumbnails, width, height,
                       duration_ms, pages, taken_at, labels, from, day, created_at))

struct shown_items {
    std::vector<shown_item> items;
    bool more = false;
};
BOOST_DESCRIBE_STRUCT(shown_items, (), (items, more))

struct shown_labels {
    std::vector<std::string> labels;
};
BOOST_DESCRIBE_STRUCT(shown_labels, (), (labels))

struct shown_camera {
    sdk::id file;
    camera_facts camera;
};
BOOST_DESCRIBE_STRUCT(shown_camera, (), (file, camera))

struct label_request {
    sdk::id file;
    label_text label;
};
BOOST_DESCRIBE_STRUCT(label_request, (), (file, label))

struct relabel_request {
    sdk::id file;
    label_text from;
    label_text to;
};
BOOST_DESCRIBE_STRUCT(relabel_request, (), (file, from, to))

struct place_request {
    sdk::id file;
    file_place to = file_place::client;
};
BOOST_DESCRIBE_STRUCT(place_request, (), (file, to))

class lister {
public:
    [[nodiscard]] sdk::task<shown_items> list(sdk::call, list_request) const;
    [[nodiscard]] sdk::task<shown_labels> labels(sdk::call, one_conversation) const;
    [[nodiscard]] sdk::task<shown_item> facts(sdk::call, attachments::one_file) const;
    [[nodiscard]] sdk::task<shown_camera> camera(sdk::call, attachments::one_file) const;

    [[nodiscard]] sdk::task<shown_item> label(sdk::call, label_request) const;
    [[nodiscard]] sdk::task<shown_item> unlabel(sdk::call, label_request) const;
    [[nodiscard]] sdk::task<shown_item> relabel(sdk::call, relabel_request) const;
    [[nodiscard]] sdk::task<shown_item> place(sdk::call, place_request) const;

private:
    template <class Change>
    [[nodiscard]] sdk::task<shown_item> change(sdk::call, sdk::id file, Change) const;
};

/// "2026-01-31", so many minutes east of UTC.
[[nodiscard]] std::string day_of(std::int64_t milliseconds, std::int64_t offset_minutes);

}  // namespace gallery
