module kontain.app/go

go 1.19

require github.com/kubeless/kubeless v0.0.0

replace github.com/kubeless/kubeless => ../kubeless
