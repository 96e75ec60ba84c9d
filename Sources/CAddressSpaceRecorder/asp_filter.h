#ifndef ASP_FILTER_H
#define ASP_FILTER_H

/* Installs the filter in the calling process for good; 0 or -errno. */
int asp_install_filter(void);

#endif
