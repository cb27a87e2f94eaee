# SPDX-License-Identifier: Apache-2.0
# Several names of one address, and labels of assembly that say nothing of themselves.
.text
.type aaa_local,@function
aaa_local:
.weak aaa_weak
.type aaa_weak,@function
aaa_weak:
.globl chosen
.type chosen,@function
chosen:
nop
nop
nop
nop
.size chosen, .-chosen
.size aaa_weak, .-aaa_weak
.size aaa_local, .-aaa_local
label:
.quad 0
.globl last
last:
nop
nop
