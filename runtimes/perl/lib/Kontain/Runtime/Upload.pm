package Kontain::Runtime::Upload;

# An uploaded file: what Plack::Request::Upload has.
use strict;
use warnings;

sub new {
    my ($class, $filename, $content_type, $content) = @_;
    return bless { filename => $filename, content_type => $content_type, content => $content }, $class;
}

# As the caller wrote it, which may be a path.
sub filename     { return $_[0]{filename} }
sub basename     { return $_[0]{filename} =~ s{\A.*[\\/]}{}sr }
sub content_type { return $_[0]{content_type} }
sub size         { return length $_[0]{content} }
sub content      { return $_[0]{content} }

# Of a file with the content, which is written when it is asked for.
sub path {
    my ($self) = @_;
    return $self->{file}->filename if $self->{file};
    require File::Temp;
    my $file = File::Temp->new;
    binmode $file;
    print {$file} $self->{content} or die "The upload cannot be written: $!";
    $file->close or die "The upload cannot be written: $!";
    return ($self->{file} = $file)->filename;
}

sub tempname { return $_[0]->path }

1;
