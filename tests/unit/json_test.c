#include "../lib/check.h"
int main(void){OK(1,"x");return tap_done();}
