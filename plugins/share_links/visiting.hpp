// What strangers with a link may do: look at its door, open it, see and fetch what is behind.
#pragma once

#include <parley/plugin.hpp>
#include <parley/storage.hpp>

#include "links.hpp"
#include "pages.hpp"
#include "secrets.hpp"
#include "settings.hpp"
#include "standing.hpp"

namespace share_links {

/// Where links are; the token follows.
inline const std::string link_root = "/share_links/to/";

struct token_request {
    sdk::text<256> token;
};
BOOST_DESCRIBE_STRUCT(token_request, (), (token))

struct page_request : token_request {
    std::optional<sdk::id> file;
    std::optional<sdk::id> after;
};
BOOST_DESCRIBE_STRUCT(page_request, (token_request), (file, after))

struct content_request : token_request {
    sdk::id file;
    std::optional<bool> download;
};
BOOST_DESCRIBE_STRUCT(content_request, (token_request), (file, download))

class visiting {
public:
    [[nodiscard]] sdk::task<sdk::reply> page(sdk::call, page_request, sdk::visitor);
    /// Only the fields of a form are taken, no file.
    [[nodiscard]] static sdk::admission admit();
    [[nodiscard]] sdk::task<sdk::reply> open(sdk::call, token_request, sdk::visitor, sdk::received);
    [[nodiscard]] sdk::task<sdk::reply> content(sdk::call, content_request, sdk::visitor);

    sdk::counter opened;
    sdk::counter wrong_passwords;
    sdk::counter refused;

private:
    /// A link that stands, with the stay of whoever asks, or the page that says why nothing is shown.
    struct arrival {
        standing at;
        std::optional<stay> open;
        std::optional<sdk::reply> turned_away;
    };
    [[nodiscard]] sdk::task<arrival> arrive(sdk::call, std::string token, sdk::visitor);
    [[nodiscard]] sdk::task<sdk::reply> turn_away(sdk::call, link_row, sdk::visitor);
    [[nodiscard]] sdk::task<sdk::reply> behind(sdk::call, page_request, sdk::visitor, arrival);
    [[nodiscard]] sdk::task<sdk::reply> all_of(sdk::call, link_row, page_request, pages);
    /// The page that says no; nothing when it is the password.
    [[nodiscard]] sdk::task<std::optional<sdk::reply>> judge_password(sdk::call, link_row, sdk::visitor, pages,
                                                                      std::string given);
    [[nodiscard]] sdk::task<sdk::reply> count_use(sdk::call, link_row, sdk::visitor, pages);
};

}  // namespace share_links
