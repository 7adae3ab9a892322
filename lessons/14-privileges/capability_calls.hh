// capset(2) and capget(2) of made-up credentials, with their head as the kernel reads it. The
// version says how many parts the sets have: one of 32 bits in the first, two since. A head of
// zeros is no version; rules that did not look at it would say that everything was given up.

#pragma once

#include <linux/capability.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

#include "made_up_credentials.hh"

namespace waymark::course::check {

// 1 or 2. 0 with EINVAL for what is no version; then the head has the one that the kernel prefers.
inline int parts_of(cap_user_header_t head) {
    if (head->version == _LINUX_CAPABILITY_VERSION_1) return 1;
    if (head->version == _LINUX_CAPABILITY_VERSION_2 ||
        head->version == _LINUX_CAPABILITY_VERSION_3)
        return 2;
    head->version = _LINUX_CAPABILITY_VERSION_3;
    errno = EINVAL;
    return 0;
}

inline int made_up_capset(MadeUpCredentials& made_up, cap_user_header_t head,
                          const __user_cap_data_struct* sets) {
    const int parts = parts_of(head);
    if (parts == 0) return -1;
    if (head->pid != 0 && head->pid != ::getpid()) {
        errno = EPERM;
        return -1;
    }
    const __user_cap_data_struct low = sets[0];
    const __user_cap_data_struct high = parts == 2 ? sets[1] : __user_cap_data_struct{};
    const auto joined = [](std::uint32_t first, std::uint32_t second) {
        return std::uint64_t{second} << 32 | first;
    };
    return made_up.apply([&](Credentials& all) {
        return all.capset(joined(low.permitted, high.permitted),
                          joined(low.effective, high.effective),
                          joined(low.inheritable, high.inheritable));
    });
}

inline int made_up_capget(const MadeUpCredentials& made_up, cap_user_header_t head,
                          __user_cap_data_struct* sets) {
    const int parts = parts_of(head);
    if (parts == 0) return sets == nullptr ? 0 : -1;
    const auto& all = made_up.now.capabilities;
    for (int i = 0; sets != nullptr && i < parts; ++i) {
        sets[i].permitted = static_cast<std::uint32_t>(all.permitted >> 32 * i);
        sets[i].effective = static_cast<std::uint32_t>(all.effective >> 32 * i);
        sets[i].inheritable = static_cast<std::uint32_t>(all.inheritable >> 32 * i);
    }
    return 0;
}

}  // namespace waymark::course::check
