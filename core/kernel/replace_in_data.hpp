// What a plugin has put into a message's data and takes back, wherever it is kept.
#pragma once

#include <string>

#include "kernel/environment.hpp"

namespace parley::kernel {

/// In the list `list` of the data, everything whose member `key` is the text `value` becomes `with`.
struct data_replacement {
    message_id message;
    std::string list;
    std::string key;
    std::string value;
    boost::json::object with;
};

/// In the message as it is now, also one that is withheld, and in its revisions, also of a deleted one. Readers of a
/// published message hear of an edit; who edited it, and when, stays as it was. Answers whether anything changed; a
/// message that is not there has nothing of it.
[[nodiscard]] bool replace_in_data(const environment&, writing&, const data_replacement&);

}  // namespace parley::kernel
