package Kontain::Runtime::Request;

# $event->{extensions}{request}: what Plack's request has, as far as a function asks for it, worked out on demand.
use strict;
use warnings;

sub new {
    my ($class, $head, $content, $trailers) = @_;
    my ($path, $query) = split /\?/, $head->target, 2;
    return bless {
        head => $head, content => $content, trailers => $trailers, raw_path => $path, query_string => $query // '',
    }, $class;
}

sub method         { return $_[0]{head}->method }
sub request_uri    { return $_[0]{head}->target }
sub query_string   { return $_[0]{query_string} }
# Decoded, without the query.
sub path           { return _unescape($_[0]{raw_path}) }
sub path_info      { return $_[0]->path }
# The body as it came.
sub content        { return $_[0]{content} }
sub raw_body       { return $_[0]{content} }
sub content_length { return length $_[0]{content} }
sub content_type   { return $_[0]->header('content-type') }
sub user_agent     { return $_[0]->header('user-agent') }
# Pairs of name and value behind the body.
sub trailers       { return $_[0]{trailers} }

# In any case; undef where there is none.
sub header {
    my ($self, $name) = @_;
    return $self->{head}->get(lc $name);
}

# By lower-case name, repeated ones joined.
sub headers {
    my ($self) = @_;
    return { map { ($_->[0] => $self->header($_->[0])) } @{ $self->{head}->fields } };
}

sub media_type {
    my ($self) = @_;
    my ($type) = ($self->content_type // '') =~ /\A\s*([^;\s]*)/;
    return lc $type;
}

sub address {
    my ($self) = @_;
    my ($first) = ($self->header('x-forwarded-for') // '') =~ /\A\s*([^,\s]+)/;
    return $first;
}

sub uri {
    my ($self) = @_;
    my $scheme = $self->header('x-forwarded-proto') // 'http';
    my $host = $self->header('x-forwarded-host') // $self->header('host') // 'localhost';
    return "$scheme://$host" . $self->request_uri;
}

# Parameters by name; the last one of a name.
sub query_parameters { return _parameters($_[0]{query_string}) }

sub body_parameters {
    my ($self) = @_;
    return $self->_multipart->[0] if $self->media_type eq 'multipart/form-data';
    return $self->media_type eq 'application/x-www-form-urlencoded' ? _parameters($self->{content}) : {};
}

# Uploaded files by name.
sub uploads {
    my ($self) = @_;
    return $self->media_type eq 'multipart/form-data' ? $self->_multipart->[1] : {};
}

sub upload {
    my ($self, $name) = @_;
    return $self->uploads->{$name};
}

sub _multipart {
    my ($self) = @_;
    # Loaded for what needs it.
    require Kontain::Runtime::Multipart;
    return $self->{multipart} //= [Kontain::Runtime::Multipart::parse($self->content_type, $self->{content})];
}

sub parameters {
    my ($self) = @_;
    return { %{ $self->query_parameters }, %{ $self->body_parameters } };
}

sub param {
    my ($self, $name) = @_;
    return $self->parameters->{$name};
}

sub cookies {
    my ($self) = @_;
    my @pairs = grep { /=/ } split /;\s*/, $self->header('cookie') // '';
    return { map { my ($name, $value) = split /=/, $_, 2; ($name => _unescape($value =~ s/\A"(.*)"\z/$1/r)) } @pairs };
}

sub _parameters {
    my ($text) = @_;
    my @pairs = map { [split /=/, $_, 2] } grep { $_ ne '' } split /&/, $text;
    return { map { (_unescape($_->[0] =~ tr/+/ /r) => _unescape(($_->[1] // '') =~ tr/+/ /r)) } @pairs };
}

# Text where it is UTF-8, else bytes.
sub _unescape {
    my ($text) = @_;
    $text =~ s/%([0-9A-Fa-f]{2})/chr hex $1/ge;
    utf8::decode($text);
    return $text;
}

1;
