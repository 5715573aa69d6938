// A file's content, to those who may have it.
#pragma once

#include "house.hpp"
#include "placing.hpp"
#include "reading.hpp"

namespace attachments {

struct content_request {
    sdk::id file;
    std::optional<bool> download;
};
BOOST_DESCRIBE_STRUCT(content_request, (), (file, download))

class serving {
public:
    serving(const reading& from, const placing& places) : from_(from), places_(places) {}

    [[nodiscard]] sdk::task<sdk::reply> content(sdk::call, content_request, sdk::visitor) const;

private:
    const reading& from_;
    const placing& places_;
};

}  // namespace attachments
