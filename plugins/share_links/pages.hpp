// What strangers see: pages of plain HTML, without any script. Everything in them that somebody wrote is escaped.
#pragma once

#include <parley/transfer.hpp>

#include <optional>
#include <string>
#include <vector>

#include "shown.hpp"
#include "words.hpp"

namespace share_links {

/// Escaped for text and for values in quotes.
[[nodiscard]] std::string escaped(std::string_view text);
/// "1.4 MB", "1,4 MB"
[[nodiscard]] std::string size_text(std::int64_t bytes, const words& = words_for(""));

/// How a browser can show a type by itself, and nothing in it runs there.
enum class showing : std::uint8_t { not_at_all = 1, picture, video, sound, document };
[[nodiscard]] showing showing_of(std::string_view type);

struct listed_file {
    sdk::id file;
    std::string name;
    std::string type;
    std::int64_t bytes = 0;
};

/// The pages of one link, in one language; `address` is its path, made of a token that is known to be good.
class pages {
public:
    /// `content_host`: where browsers get files from, when not from here.
    pages(std::string address, const words& in, std::string content_host = {})
        : address_(std::move(address)), in_(&in), content_host_(std::move(content_host)) {}

    enum class door_says : std::uint8_t { welcome = 1, password_wrong, too_often };
    /// Before it is opened: what is asked for. Nothing is said of what is behind.
    [[nodiscard]] sdk::reply door(bool asks_password, door_says, std::int64_t wait_seconds = 0) const;
    /// `more`: where the next page begins.
    [[nodiscard]] sdk::reply list(const std::vector<listed_file>&, link_type, std::int64_t good_until,
                                  std::optional<sdk::id> more) const;
    /// One of them, in place.
    [[nodiscard]] sdk::reply one(const listed_file&, link_type, std::int64_t good_until, bool is_among_others) const;
    [[nodiscard]] sdk::reply to_door() const;

    /// Of no link in particular: the address does not matter.
    [[nodiscard]] sdk::reply unknown() const;
    [[nodiscard]] sdk::reply over() const;
    [[nodiscard]] sdk::reply no_file() const;
    [[nodiscard]] sdk::reply only_for_viewing() const;
    [[nodiscard]] sdk::reply later() const;

private:
    [[nodiscard]] std::string content_of(const listed_file&) const;
    [[nodiscard]] std::string line(const listed_file&, link_type) const;

    std::string address_;
    const words* in_;
    std::string content_host_;
};

}  // namespace share_links
